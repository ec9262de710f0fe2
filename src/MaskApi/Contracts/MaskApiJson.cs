using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaskApi.Contracts;

/// <summary>The one context for everything that goes over the wire as JSON.</summary>
[JsonSerializable(typeof(Detection))]
[JsonSerializable(typeof(DetectionBatch))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ServiceInfo))]
internal sealed partial class MaskApiJson : JsonSerializerContext
{
    /// <summary>The context with the settings of the wire.</summary>
    public static MaskApiJson Wire { get; } = new(Configure(new JsonSerializerOptions()));

    /// <summary>
    /// Sets options to how things look on the wire. Quotes stay readable instead of becoming <c>\u0027</c>: answers are
    /// declared as JSON and <c>nosniff</c>, so nothing reads them as HTML.
    /// </summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        return options;
    }
}
