# syntax=docker/dockerfile:1
# The image holds one static binary, the CA certificates, and an empty /data.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
# CGO_ENABLED=0: the pure-Go build of PostgreSQL's parser, so that the binary needs no libc.
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/howdah ./cmd/howdah \
 && mkdir -p /out/data /out/catalog /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/howdah /howdah
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/catalog /catalog
COPY --from=build --chown=65532:65532 /out/tmp /tmp
USER 65532:65532
EXPOSE 5433
# A listener beyond loopback demands a password: HOWDAH_USER and HOWDAH_PASSWORD_FILE give the first one.
HEALTHCHECK --interval=10s --timeout=3s --start-period=2s CMD ["/howdah", "health", "--address", "127.0.0.1:5433"]
ENTRYPOINT ["/howdah"]
CMD ["serve", "--listen", "0.0.0.0:5433", "--catalog", "/catalog/tables.sql", "/data"]
