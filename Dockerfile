# sentlint as a static binary in an image that holds nothing else.
#   docker build -t sentlint .
#   docker run --rm --read-only --network none -v "$PWD:/work:ro" sentlint check
# The tag is for people; the digest says which image it is, and dependabot moves both.
FROM rust:1.95-alpine@sha256:606fd313a0f49743ee2a7bd49a0914bab7deedb12791f3a846a34a4711db7ed2 AS build
# The allocator is written in C.
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY . .
# Alpine's own target links everything into the binary.
RUN cargo build --release --locked

FROM scratch
COPY --from=build /src/target/release/sentlint /usr/local/bin/sentlint
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/sentlint"]
CMD ["check"]
