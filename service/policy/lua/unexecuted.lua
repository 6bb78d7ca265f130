-- Notes that a decision's arm was drawn, and not executed. Repeating it changes nothing.
-- KEYS  decisions, states, rewards, changes, order, unexecuted, grades, costs, audits, the session's decisions
-- ARGV  1 decision id   2 why, without text of a user
-- Gives 1 when the decision is known, -1 when it is unknown.
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return -1 end
redis.call('HSETNX', KEYS[6], ARGV[1], ARGV[2])
return 1
