# syntax=docker/dockerfile:1
# One worker: docker build --build-arg SERVICE=query --tag daybook-query .
# It needs a /tmp that can be written to, and nothing else:
#   docker run --read-only --tmpfs /tmp --env-file daybook.env daybook-query
ARG PYTHON=python:3.11.14-slim-bookworm

FROM ${PYTHON} AS build
ARG SERVICE
WORKDIR /build
COPY pyproject.toml requirements.lock ./
COPY scripts/requirements scripts/
RUN test -n "${SERVICE}" || { echo "build with --build-arg SERVICE=query|archiver|…" >&2; exit 2; }
RUN scripts/requirements "${SERVICE}" > wanted.txt \
    && pip install --no-cache-dir --only-binary :all: --no-compile --prefix /installed \
       --requirement wanted.txt --constraint requirements.lock \
    && python -m compileall -q --invalidation-mode unchecked-hash /installed

# The `daybook` command and the stand-ins beside LocalStack, for docker-compose.yml:
# docker build --target command --build-arg SERVICE=local .
FROM ${PYTHON} AS command
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
COPY --from=build /installed /usr/local
WORKDIR /app
COPY shared shared
COPY services services
COPY daybook daybook
COPY infra/topology.json infra/
COPY infra/quicksight infra/quicksight
USER 10001:10001
ENTRYPOINT ["python", "-m", "daybook"]

# Bytecode is made here: nothing can be written where the worker runs, so each start would compile
# everything anew.
FROM ${PYTHON} AS code
ARG SERVICE
WORKDIR /app
COPY shared shared
COPY services/__init__.py services/
COPY services/${SERVICE} services/${SERVICE}
RUN python -m compileall -q --invalidation-mode unchecked-hash /app

FROM ${PYTHON}
ARG SERVICE
ENV DAYBOOK_SERVICE=${SERVICE} \
    DAYBOOK_HEALTH_FILE=/tmp/health.json \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
COPY --from=build /installed /usr/local
COPY --from=code /app /app
WORKDIR /app
# Fargate gives an empty volume to root alone, unless the image has one at the same place: then it
# takes over its mode (Amazon ECS Developer Guide, bind mounts). The base's /tmp is everybody's.
VOLUME ["/tmp"]
USER 10001:10001
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-m", "shared.health", "/tmp/health.json"]
# Python becomes process 1, which SIGTERM reaches.
ENTRYPOINT ["sh", "-c", "exec python -m \"services.${DAYBOOK_SERVICE}\""]
