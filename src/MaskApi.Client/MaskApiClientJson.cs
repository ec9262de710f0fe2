using System.Text.Json.Serialization;

namespace MaskApi.Client;

/// <summary>Everything that goes over the wire as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Detection))]
[JsonSerializable(typeof(DetectionBatch))]
[JsonSerializable(typeof(PictureAddress))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class MaskApiClientJson : JsonSerializerContext;
