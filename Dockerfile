# syntax=docker/dockerfile:1
# The service for amd64 and arm64:  docker build -t maskapi .
# A revision shown by /v1/info:     docker build --build-arg SOURCE_REVISION="$(git rev-parse HEAD)" -t maskapi .

# The SDK runs on the machine that builds and compiles for the machine that will run: nothing is emulated.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG TARGETARCH
ARG SOURCE_REVISION
WORKDIR /source

# Only what decides the packages, so that a change of code does not restore them again.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Directory.Build.props src/
COPY src/MaskApi/MaskApi.csproj src/MaskApi/packages.lock.json src/MaskApi/
COPY src/MaskApi.Vision/MaskApi.Vision.csproj src/MaskApi.Vision/packages.lock.json src/MaskApi.Vision/
COPY src/MaskApi.Onnx/MaskApi.Onnx.csproj src/MaskApi.Onnx/packages.lock.json src/MaskApi.Onnx/
# For every architecture, since the lock files are of all.
RUN dotnet restore src/MaskApi --locked-mode -p:PublishReadyToRun=true

COPY .editorconfig ./
COPY models/ models/
COPY src/MaskApi.Vision/ src/MaskApi.Vision/
COPY src/MaskApi.Onnx/ src/MaskApi.Onnx/
COPY src/MaskApi/ src/MaskApi/
# ReadyToRun: compiled ahead of time, for a start in about half the time.
RUN dotnet publish src/MaskApi -a $TARGETARCH --no-restore -c Release -o /app \
      -p:PublishReadyToRun=true -p:DebugType=none -p:SourceRevisionId=$SOURCE_REVISION
COPY LICENSE THIRD-PARTY-NOTICES.md /app/

# The JPEG decoder that uses the processor's vector units; the service does without it too, and then decodes half as fast. When
# building for another kind of processor, this stage alone is emulated.
FROM ubuntu:24.04 AS jpeg
RUN apt-get update && apt-get install -y --no-install-recommends libturbojpeg \
 && mkdir /jpeg && cp -L /usr/lib/*-linux-gnu/libturbojpeg.so.0 /usr/share/doc/libturbojpeg/copyright /jpeg/

# Chiseled: no shell, no package manager, no root. ICU is left out because the service formats nothing by culture.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app ./
COPY --from=jpeg /jpeg/libturbojpeg.so.0 ./
COPY --from=jpeg /jpeg/copyright ./libturbojpeg.copyright
# Without diagnostic sockets the process writes nothing, so the root can be read-only with no /tmp mounted.
# ONNX Runtime's own builds report their use over the network unless told not to before they are loaded.
ENV DOTNET_EnableDiagnostics=0 \
    ORT_DISABLE_TELEMETRY=1
EXPOSE 8080
USER $APP_UID
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 CMD ["./MaskApi", "health"]
ENTRYPOINT ["./MaskApi"]
