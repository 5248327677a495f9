# Two images from one build, with the same layers but the last few:
#   docker build -t skewless .                      the service
#   docker build -t skewless-stub --target stub .   a local SageMaker endpoint that serves the demo models
FROM node:24-bookworm-slim AS base

FROM base AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN npm run build

FROM base AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts

# What both images hold. All of it belongs to root: the process cannot change its own code, and writes nowhere.
FROM base AS app
LABEL org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.vendor="Skewless"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY docker/healthcheck.js docker/
COPY --from=build /app/dist dist
COPY schemas schemas
COPY models/*.yaml models/*.jsonl models/
COPY models/examples/*.yaml models/examples/*.json models/examples/*.jsonl models/examples/
USER node

FROM app AS stub
LABEL org.opencontainers.image.title="skewless-stub" \
      org.opencontainers.image.description="A local SageMaker endpoint that serves XGBoost models"
COPY models/bike-rental/xgboost.json models/bike-rental/
COPY models/examples/customer-churn/xgboost.json models/examples/customer-churn/
EXPOSE 9000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "docker/healthcheck.js", "/ping", "9000"]
CMD ["node", "dist/cli.js", "stub", "--host", "0.0.0.0", "--port", "9000"]

# The last stage is what `docker build .` gives. There is no model here but those that the model files describe: where
# to call comes from AWS_REGION, ENDPOINT_NAME and the other settings, and without them the process stops and says so.
FROM app AS service
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="skewless" \
      org.opencontainers.image.description="The HTTP front door of Amazon SageMaker endpoints" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
EXPOSE 8080
# Alive, not ready: an endpoint that is down is no reason to restart its front door.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "docker/healthcheck.js", "/livez"]
# Process 1 by the base image's entry point, which execs it; it handles SIGTERM itself.
CMD ["node", "dist/main.js"]
