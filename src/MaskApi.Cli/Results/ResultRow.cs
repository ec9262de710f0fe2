using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MaskApi.Cli.Analysis;
using MaskApi.Vision;
using MaskApi.Vision.Detection;

namespace MaskApi.Cli.Results;

/// <summary>
/// One face of one picture, or a picture without faces, or one that failed. The same columns in every format; coordinates are pixels of
/// the upright picture, probabilities 0–1.
/// </summary>
internal sealed class ResultRow
{
    [JsonPropertyName("picture")]
    public string Picture { get; set; } = "";

    /// <summary>Number of this face in its picture, from 1, largest first; 0 for a picture without faces.</summary>
    [JsonPropertyName("face")]
    public int Face { get; set; }

    /// <summary>Number of faces, which is also the number of the picture's rows if there are any.</summary>
    [JsonPropertyName("faces")]
    public int Faces { get; set; }

    [JsonPropertyName("verdict")]
    public string? Verdict { get; set; }

    [JsonPropertyName("confidence")]
    public float? Confidence { get; set; }

    [JsonPropertyName("withMask")]
    public float? WithMask { get; set; }

    [JsonPropertyName("withoutMask")]
    public float? WithoutMask { get; set; }

    [JsonPropertyName("incorrectlyWorn")]
    public float? IncorrectlyWorn { get; set; }

    [JsonPropertyName("detectionConfidence")]
    public float? DetectionConfidence { get; set; }

    [JsonPropertyName("x")]
    public float? X { get; set; }

    [JsonPropertyName("y")]
    public float? Y { get; set; }

    [JsonPropertyName("width")]
    public float? Width { get; set; }

    [JsonPropertyName("height")]
    public float? Height { get; set; }

    [JsonPropertyName("imageWidth")]
    public int? ImageWidth { get; set; }

    [JsonPropertyName("imageHeight")]
    public int? ImageHeight { get; set; }

    /// <summary>Code of what went wrong; null if nothing did.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    [JsonPropertyName("rightEyeX")]
    public float? RightEyeX { get; set; }

    [JsonPropertyName("rightEyeY")]
    public float? RightEyeY { get; set; }

    [JsonPropertyName("leftEyeX")]
    public float? LeftEyeX { get; set; }

    [JsonPropertyName("leftEyeY")]
    public float? LeftEyeY { get; set; }

    [JsonPropertyName("noseTipX")]
    public float? NoseTipX { get; set; }

    [JsonPropertyName("noseTipY")]
    public float? NoseTipY { get; set; }

    [JsonPropertyName("mouthX")]
    public float? MouthX { get; set; }

    [JsonPropertyName("mouthY")]
    public float? MouthY { get; set; }

    [JsonPropertyName("rightEarTragionX")]
    public float? RightEarTragionX { get; set; }

    [JsonPropertyName("rightEarTragionY")]
    public float? RightEarTragionY { get; set; }

    [JsonPropertyName("leftEarTragionX")]
    public float? LeftEarTragionX { get; set; }

    [JsonPropertyName("leftEarTragionY")]
    public float? LeftEarTragionY { get; set; }

    /// <summary>The rows of one picture: one per face, or a single one without faces.</summary>
    /// <param name="result">The picture's result.</param>
    /// <param name="minConfidence">A verdict less sure than this is uncertain, 0.5–1.</param>
    /// <param name="landmarks">Whether to add the key points.</param>
    public static IReadOnlyList<ResultRow> Of(PictureResult result, float minConfidence, bool landmarks)
    {
        if (result.Failure is { } failure)
        {
            return [new ResultRow { Picture = result.Name, Error = failure.Code, Message = failure.Message }];
        }

        if (result.Faces.Count == 0)
        {
            return [new ResultRow { Picture = result.Name, ImageWidth = result.Width, ImageHeight = result.Height }];
        }

        return [.. result.Faces.Select((face, index) => OfFace(result, face, index + 1, minConfidence, landmarks))];
    }

    private static ResultRow OfFace(PictureResult result, FaceVerdict face, int number, float minConfidence, bool landmarks)
    {
        var row = new ResultRow
        {
            Picture = result.Name,
            Face = number,
            Faces = result.Faces.Count,
            Verdict = Verdicts.Of(face.Label(minConfidence)).Name,
            Confidence = face.Confidence,
            WithMask = face.Probabilities.WithMask,
            WithoutMask = face.Probabilities.WithoutMask,
            IncorrectlyWorn = face.Probabilities.IncorrectlyWorn,
            DetectionConfidence = face.DetectionConfidence,
            X = Pixels(face.Box.X),
            Y = Pixels(face.Box.Y),
            Width = Pixels(face.Box.Width),
            Height = Pixels(face.Box.Height),
            ImageWidth = result.Width,
            ImageHeight = result.Height,
        };
        if (landmarks && face.Landmarks is { } points)
        {
            row.Add(points);
        }

        return row;
    }

    private void Add(FaceLandmarks points)
    {
        (RightEyeX, RightEyeY) = (Pixels(points.RightEye.X), Pixels(points.RightEye.Y));
        (LeftEyeX, LeftEyeY) = (Pixels(points.LeftEye.X), Pixels(points.LeftEye.Y));
        (NoseTipX, NoseTipY) = (Pixels(points.NoseTip.X), Pixels(points.NoseTip.Y));
        (MouthX, MouthY) = (Pixels(points.Mouth.X), Pixels(points.Mouth.Y));
        (RightEarTragionX, RightEarTragionY) = (Pixels(points.RightEarTragion.X), Pixels(points.RightEarTragion.Y));
        (LeftEarTragionX, LeftEarTragionY) = (Pixels(points.LeftEarTragion.X), Pixels(points.LeftEarTragion.Y));
    }

    /// <summary>As precise as the service's answers.</summary>
    private static float Pixels(float value) => MathF.Round(value, 1);
}

/// <summary>Rows as lines of JSON.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NewLine = "\n")]
[JsonSerializable(typeof(ResultRow))]
[JsonSerializable(typeof(Streaming.FrameResult))]
internal sealed partial class ResultJson : JsonSerializerContext
{
    /// <summary>As the default, but names in other alphabets stay readable.</summary>
    public static ResultJson Readable => field ??=
        new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
