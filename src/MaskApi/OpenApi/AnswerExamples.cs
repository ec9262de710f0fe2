using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using MaskApi.Contracts;
using MaskApi.Problems;
using MaskApi.Vision;

namespace MaskApi.OpenApi;

/// <summary>Example responses for the OpenAPI document, built from the records themselves so they cannot go stale.</summary>
internal static class AnswerExamples
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    private static readonly ImageFacts _image = new(1280, 853, "jpeg");

    private static readonly Detection _detection = new()
    {
        Image = _image,
        Faces =
        [
            Face(MaskLabel.WithMask, new Probabilities(0.996f, 0.001f, 0.003f), 0.93f, new Box(412.3, 120, 88.1, 97.4)),
            Face(MaskLabel.IncorrectlyWorn, new Probabilities(0.023f, 0.006f, 0.971f), 0.91f, new Box(702.4, 138.2, 81.5, 92)),
            Face(MaskLabel.WithoutMask, new Probabilities(0.001f, 0.998f, 0.001f), 0.95f, new Box(958.6, 96.7, 74.2, 83.3)),
        ],
        Summary = new FaceSummary(3, 1, 1, 1, 0),
        AnnotatedImageUrl = $"http://localhost:8080/v1/annotations/{TraceId}",
        Timings = new Timings(3.1, 4, 7.9, 15.6),
    };

    /// <summary>A successful response of an operation.</summary>
    /// <param name="operationId">The operation.</param>
    /// <returns>The response; null if it is not JSON.</returns>
    public static JsonNode? Success(string? operationId) => operationId switch
    {
        "detectFaces" => Json(_detection, MaskApiJson.Wire.Detection),
        "detectFacesInBatch" => Json(
            new DetectionBatch(
            [
                new BatchResult { Name = "first.jpg", Status = StatusCodes.Status200OK, Detection = _detection },
                new BatchResult
                {
                    Name = "second.jpg",
                    Status = ProblemKinds.ImageUndecodable.Status,
                    Problem = Describe(ProblemKinds.ImageUndecodable, "/v1/detections/batch"),
                },
            ]),
            MaskApiJson.Wire.DetectionBatch),
        "getInfo" => Json(
            new ServiceInfo
            {
                Version = "1.0.0",
                SourceRevision = "7b0c1f2e9d",
                Models =
                [
                    new Model(
                        "mask_classifier",
                        "mask_classifier.onnx",
                        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                        160,
                        new Dictionary<string, string> { ["license"] = "Apache-2.0" })
                    {
                        Classes = ["with_mask", "without_mask", "incorrectly_worn"],
                        Temperatures = new Dictionary<string, float> { ["temperature"] = 0.66f, ["fit_temperature"] = 0.69f },
                    },
                ],
                ExecutionProvider = "cpu",
                Redact = "none",
                Limits = new Limits(20_971_520, 52_000_000, 16, 32, 104_857_600, UrlsAllowed: false),
            },
            MaskApiJson.Wire.ServiceInfo),
        "getLiveness" => Json(new Health("live"), MaskApiJson.Wire.Health),
        "getReadiness" => Json(new Health("ready"), MaskApiJson.Wire.Health),
        _ => null,
    };

    /// <summary>An example of a problem.</summary>
    public static JsonNode? Of(ProblemKind kind) => Json(Describe(kind, "/v1/detections"), MaskApiJson.Wire.Problem);

    private static Face Face(MaskLabel label, Probabilities probabilities, float detectionConfidence, Box box) => new()
    {
        Label = Verdicts.Of(label).Name,
        Confidence = MathF.Max(probabilities.WithMask, MathF.Max(probabilities.WithoutMask, probabilities.IncorrectlyWorn)),
        Probabilities = probabilities,
        MaskProbability = probabilities.WithMask,
        DetectionConfidence = detectionConfidence,
        Box = box,
        RelativeBox = new Box(
            Math.Round(box.X / _image.Width, 4),
            Math.Round(box.Y / _image.Height, 4),
            Math.Round(box.Width / _image.Width, 4),
            Math.Round(box.Height / _image.Height, 4)),
    };

    private static Problem Describe(ProblemKind kind, string instance)
    {
        var parameter = new Dictionary<string, string[]> { ["maxFaces"] = ["must be a whole number between 1 and 1000"] };
        return new ProblemMiddleware.Occurrence(instance, TraceId).Describe(new ProblemException(kind, kind.Example)
        {
            Errors = kind == ProblemKinds.InvalidParameter ? parameter : null,
        });
    }

    private static JsonNode? Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(value, type);
}
