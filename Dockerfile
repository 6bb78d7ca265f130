# Riffler's images. Two targets:
#   service  the base service: engines `reader`, `nano`, `openai`; no torch     docker build --target service -t riffler .
#   gpu      the same and local models: torch with CUDA, engine `transformers`  docker build --target gpu -t riffler:gpu .
#
# Other sources of packages come as build arguments that pip itself reads, PIP_INDEX_URL and PIP_EXTRA_INDEX_URL; TORCH
# chooses the build (its default index has CUDA's). An index with a password belongs in a secret, because arguments stay in
# the image's history: docker build --secret id=pip,src=pip.conf ...
#
# The root file system may be read-only. What is written: /var/lib/riffler (the embedded server's data), /var/cache/riffler
# (downloaded models) and /tmp.

ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS python
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1


# The wheel, from the sources alone, so that what comes after is built anew only when they change.
FROM python AS wheel
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
WORKDIR /source
COPY . .
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python -m pip wheel --no-deps --wheel-dir /wheels .


# What Riffler needs, at the versions that were tested together. It doesn't change with the sources: the wheel comes last.
FROM python AS dependencies
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
RUN python -m venv /opt/riffler
ENV PATH=/opt/riffler/bin:$PATH
WORKDIR /build
COPY constraints.txt pyproject.toml ./
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies']))" > base.txt \
    && python -m pip install -c constraints.txt -r base.txt


FROM dependencies AS dependencies-gpu
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
# Before the extra, which would take any: for another CUDA, or the CPU, give another version with its local part.
ARG TORCH="torch==2.13.*"
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python -m pip install -c constraints.txt "${TORCH}"
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['local']))" > local.txt \
    && python -m pip install -c constraints.txt -r local.txt


# pip compiles what it installs, which can't be done at run time, and has nothing to do after that.
FROM dependencies AS installed
COPY --from=wheel /wheels /wheels
RUN python -m pip install --no-deps --no-index /wheels/*.whl \
    && python -m pip uninstall --yes pip
RUN python -c "import riffler, sys; sys.exit(not riffler.__file__.startswith('/opt/riffler'))"


FROM dependencies-gpu AS installed-gpu
COPY --from=wheel /wheels /wheels
RUN python -m pip install --no-deps --no-index /wheels/*.whl \
    && python -m pip uninstall --yes pip
RUN python -c "import riffler, sys; sys.exit(not riffler.__file__.startswith('/opt/riffler'))"


# What both images have at run time.
FROM python AS runtime
LABEL org.opencontainers.image.title="Riffler" \
      org.opencontainers.image.description="Stands between an LLM app and its model: the model carves its own context, and queries learn how to be asked." \
      org.opencontainers.image.licenses="Apache-2.0"
# A fixed number, so that a volume's owner and Kubernetes' runAsUser can name it; no home, no shell.
RUN groupadd --gid 10001 riffler \
    && useradd --uid 10001 --gid riffler --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin riffler \
    && install --directory --owner=riffler --group=riffler --mode=0700 /var/lib/riffler /var/cache/riffler
ENV PATH=/opt/riffler/bin:$PATH \
    RIFFLER_HOST=0.0.0.0 \
    RIFFLER_PORT=8000 \
    RIFFLER_DATA_FOLDER=/var/lib/riffler \
    HF_HOME=/var/cache/riffler/huggingface \
    HOME=/tmp
VOLUME ["/var/lib/riffler", "/var/cache/riffler"]
WORKDIR /tmp
EXPOSE 8000
# SIGTERM lets running turns end: give the container longer than RIFFLER_SHUTDOWN_S before it is killed.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=3 \
    CMD ["python", "-m", "riffler.service.healthcheck"]
ENTRYPOINT ["riffler"]
CMD ["serve"]


FROM runtime AS gpu
# Read by NVIDIA's container runtime: torch brings CUDA's libraries, the host brings the driver.
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    RIFFLER_ENGINE=transformers
COPY --from=installed-gpu /opt/riffler /opt/riffler
USER 10001:10001
# Loading a large model takes minutes.
HEALTHCHECK --interval=15s --timeout=6s --start-period=900s --retries=3 \
    CMD ["python", "-m", "riffler.service.healthcheck"]


# The last target is what `docker build .` gives.
FROM runtime AS service
COPY --from=installed /opt/riffler /opt/riffler
USER 10001:10001
