"""Two questions in one conversation, by OpenAI's own client: `riffler serve` runs at the address."""

import os

from openai import OpenAI

client = OpenAI(base_url=os.environ.get("RIFFLER_URL", "http://127.0.0.1:8000/v1"), api_key="none")
said = [{"role": "user", "content": "The harbour opens at six, the bakery at seven."}]

for question in ("When does the harbour open?", "When does the bakery open?"):
    said.append({"role": "user", "content": question})
    response = client.chat.completions.with_raw_response.create(model="riffler", messages=said)
    answer = response.parse().choices[0].message
    said.append({"role": "assistant", "content": answer.content})
    print(response.headers["x-riffler-session"], response.headers["x-riffler-arm"], answer.content)
