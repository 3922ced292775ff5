# sentlint as a static binary in an image that holds nothing else.
#   docker build -t sentlint .
#   docker run --rm --read-only --network none -v "$PWD:/work:ro" sentlint check
FROM rust:1.95-alpine AS build
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
