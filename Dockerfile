# Two stages: build with the pinned toolchain, run with nothing but the binary and its libraries.
#
# What the image holds: Debian's slim base (glibc, CA certificates), the `placet` binary in
# /usr/local/bin, this licence of files under /usr/share/doc/placet, and an empty /data owned by
# the user that runs it. No compiler, no package manager's lists, no shell script of ours.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
COPY Cargo.toml Cargo.lock rust-toolchain.toml askama.toml ./
COPY .cargo ./.cargo
COPY src ./src
COPY migrations ./migrations
COPY policies ./policies
COPY benches ./benches
COPY tests ./tests
RUN cargo build --release --locked --bin placet

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin placet \
    && install -d -o placet -g placet -m 0700 /data
COPY --from=build /src/target/release/placet /usr/local/bin/placet
COPY README.md CHANGELOG.md /usr/share/doc/placet/
USER 10001:10001
WORKDIR /data
VOLUME /data
# Run with a read-only root file system: only /data is written.
#   docker run --read-only -v placet:/data -p 8080:8080 -e PLACET_PUBLIC_URL=https://choices.example.com placet
ENV PLACET_LISTEN=0.0.0.0:8080 PLACET_DATA_DIR=/data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["placet", "health"]
ENTRYPOINT ["placet"]
CMD ["serve"]
