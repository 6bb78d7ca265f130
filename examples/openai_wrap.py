"""The same client, with Riffler in this process between it and its model: nothing else runs."""

from openai import OpenAI

import riffler

said = [{"role": "user", "content": "The harbour opens at six, the bakery at seven."}]

with riffler.wrap(OpenAI()) as client:
    for question in ("When does the harbour open?", "When does the bakery open?"):
        said.append({"role": "user", "content": question})
        response = client.chat.completions.with_raw_response.create(model="local", messages=said)
        answer = response.parse().choices[0].message
        said.append({"role": "assistant", "content": answer.content})
        print(response.headers["x-riffler-session"], response.headers["x-riffler-arm"], answer.content)
