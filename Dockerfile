# The hub, the allocator and every other command of Inkwire in one image: docs/operations.md.
#
#   npm run image
#
# Any image of Node on Debian can be the base; both builders of Docker accept this file.
ARG BASE=node:20-bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
# The symbols of Node are 12 MB of an image.
RUN command -v strip >/dev/null \
  || (apt-get update && apt-get install --yes --no-install-recommends binutils && rm -rf /var/lib/apt/lists/*)
# Apart from the sources, so that a change of these does not install again.
COPY package.json package-lock.json .npmrc ./
COPY packages/base/package.json packages/base/
COPY packages/cli/package.json packages/cli/
COPY packages/cli/bin packages/cli/bin
COPY packages/digits/package.json packages/digits/
COPY packages/hub/package.json packages/hub/
COPY packages/kv/package.json packages/kv/
COPY packages/lmdb/package.json packages/lmdb/
COPY packages/pool/package.json packages/pool/
COPY packages/readings/package.json packages/readings/
COPY packages/tensor/package.json packages/tensor/
COPY packages/web/package.json packages/web/
COPY packages/wire/package.json packages/wire/
RUN npm ci
COPY . .
RUN npm run build
# Seconds since 1970: the time of the commit, for every file of the image.
ARG SOURCE_DATE_EPOCH=0
RUN SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} node scripts/image/assemble.mjs /image && mkdir /data

# No shell, no package manager: Node, the libraries that it is linked with, and the application.
FROM scratch
COPY --from=build /image/ /
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
WORKDIR /data
ENV NODE_ENV=production \
    INKWIRE_DATA=/data \
    INKWIRE_HTTP=0.0.0.0:8080 \
    INKWIRE_WIRE=0.0.0.0:9527
VOLUME /data
EXPOSE 8080 9527
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=2s --timeout=5s --start-period=10s --retries=3 \
  CMD ["/usr/local/bin/node", "/app/health.mjs"]
ENTRYPOINT ["/usr/local/bin/node", "/app/node_modules/@inkwire/cli/bin/inkwire.js"]
CMD ["serve"]
ARG VERSION
ARG REVISION
ARG CREATED
LABEL org.opencontainers.image.title="Inkwire" \
      org.opencontainers.image.description="Reads handwritten numbers and wires everyone to the readings" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://github.com/inkwire/inkwire" \
      org.opencontainers.image.documentation="https://github.com/inkwire/inkwire/blob/main/docs/operations.md" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
