using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaskApi.Contracts;

/// <summary>The one serializer context for all JSON on the wire.</summary>
[JsonSerializable(typeof(Detection))]
[JsonSerializable(typeof(DetectionBatch))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ServiceInfo))]
internal sealed partial class MaskApiJson : JsonSerializerContext
{
    /// <summary>The context with the wire's settings.</summary>
    public static MaskApiJson Wire { get; } = new(Configure(new JsonSerializerOptions()));

    /// <summary>
    /// Applies the wire's settings. Quotes stay readable instead of becoming <c>\u0027</c>: answers are declared as JSON with
    /// <c>nosniff</c>, so nothing reads them as HTML.
    /// </summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        return options;
    }
}
