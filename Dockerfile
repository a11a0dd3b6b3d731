# docker build --target bot .       the bot
# docker build --target gateway .   the bot with Node, for `louzu gateway`
FROM python:3.12-slim AS bot

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore \
    LOUZU_DATA_DIR=/data

# The dependencies in a layer of their own: it stays while only our code changes.
COPY requirements.lock /build/
RUN pip install --require-hashes -r /build/requirements.lock
COPY . /build/
RUN pip install --no-deps /build && rm -rf /build

# A folder that belongs to the user before it becomes a volume: the volume takes over its owner.
RUN useradd --uid 10001 --create-home louzu && install -d -o louzu -g louzu /data
USER louzu
VOLUME /data
# config.toml is read from here, and the data stays here.
WORKDIR /data
EXPOSE 8750

HEALTHCHECK --interval=30s --timeout=6s --start-period=60s CMD ["python", "-c", \
    "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ.get('LOUZU_WEB__PORT') or 8750}/healthz\", timeout=5)"]
ENTRYPOINT ["louzu"]
CMD ["run"]


FROM bot AS gateway
USER root
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
USER louzu
EXPOSE 18788
# The gateway has no page to ask: it is well while something listens.
HEALTHCHECK --interval=30s --timeout=6s --start-period=300s CMD ["python", "-c", \
    "import socket; socket.create_connection(('127.0.0.1', 18788), 5).close()"]
CMD ["gateway"]
