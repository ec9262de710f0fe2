using System.Text.Json.Serialization;

namespace MaskApi.Client;

/// <summary>The serializer context for all JSON on the wire.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Detection))]
[JsonSerializable(typeof(DetectionBatch))]
[JsonSerializable(typeof(PictureAddress))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class MaskApiClientJson : JsonSerializerContext;
