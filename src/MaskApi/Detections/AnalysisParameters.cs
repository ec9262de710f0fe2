using MaskApi.Http;
using MaskApi.Vision;
using MaskApi.Vision.Detection;

namespace MaskApi.Detections;

/// <summary>The query parameters of the endpoints that find faces.</summary>
/// <param name="Options">The options of the pipeline.</param>
/// <param name="MinConfidence">A verdict less sure than this is uncertain.</param>
/// <param name="Landmarks">Whether to add the key points.</param>
internal sealed record AnalysisParameters(AnalysisOptions Options, float MinConfidence, bool Landmarks)
{
    private static readonly NumberParameter _detectionThreshold =
        new("detectionThreshold", 0.5f, 0, 1, "Minimum `detectionConfidence` of a reported face.");

    private static readonly NumberParameter _minConfidence =
        new("minConfidence", FaceVerdict.DefaultMinConfidence, 0.5f, 1, "A verdict less sure than this is reported as `uncertain`.");

    private static readonly IntegerParameter _maxFaces =
        new("maxFaces", 100, 1, 1000, "Report at most this many faces, largest first.");

    private static readonly ChoiceParameter _detail = new(
        "detail",
        "auto",
        ["fast", "auto", "high"],
        "Detection effort: `fast` runs one pass over the whole picture, `high` finds the smallest faces.");

    private static readonly FlagParameter _landmarks =
        new("landmarks", false, "Add the six BlazeFace key points of each face.");

    /// <summary>The parameters, for the OpenAPI document.</summary>
    public static IReadOnlyList<QueryParameter> Parameters { get; } =
        [_detectionThreshold, _minConfidence, _maxFaces, _detail, _landmarks];

    /// <summary>
    /// Reads the parameters of a request; called by the framework for handlers that take them. Errors are reported by
    /// <see cref="QueryReader.RequireValidAsync"/>.
    /// </summary>
    public static ValueTask<AnalysisParameters> BindAsync(HttpContext context)
    {
        var query = QueryReader.Of(context);
        return ValueTask.FromResult(new AnalysisParameters(
            new AnalysisOptions
            {
                DetectionThreshold = _detectionThreshold.Read(query),
                MaxFaces = _maxFaces.Read(query),
                Detail = Enum.Parse<DetectionDetail>(_detail.Read(query)!, ignoreCase: true),
            },
            _minConfidence.Read(query),
            _landmarks.Read(query)));
    }
}
