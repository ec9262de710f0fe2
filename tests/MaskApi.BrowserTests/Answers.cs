using System.Text.Json;

namespace MaskApi.BrowserTests;

/// <summary>What a service may answer, as JSON.</summary>
internal static class Answers
{
    /// <summary>One face.</summary>
    internal static string Detection(double maskProbability, double detectionConfidence) =>
        Detection(detectionConfidence, (maskProbability, 1 - maskProbability, 0));

    /// <summary>The service's answer, at the lowest thresholds, for faces side by side.</summary>
    internal static string Detection(double detectionConfidence, params (double With, double Without, double Incorrect)[] faces) =>
        Detection(detectionConfidence, leftOut: 0, faces);

    /// <summary>The same, with more faces than are listed.</summary>
    internal static string Detection(
        double detectionConfidence, int leftOut, (double With, double Without, double Incorrect)[] faces) =>
        JsonSerializer.Serialize(new
        {
            image = new { width = 512, height = 512, format = "jpeg" },
            faces = faces.Select((p, i) => new
            {
                label = Math.Max(p.With, Math.Max(p.Without, p.Incorrect)) is var most && most < 0.5 ? "uncertain"
                    : p.With == most ? "with_mask" : p.Without == most ? "without_mask" : "incorrectly_worn",
                confidence = most,
                probabilities = new { withMask = p.With, withoutMask = p.Without, incorrectlyWorn = p.Incorrect },
                maskProbability = p.With,
                detectionConfidence,
                box = new { x = 10 + (120 * i), y = 72, width = 108, height = 117 },
                relativeBox = new { x = 0.02 + (0.24 * i), y = 0.14, width = 0.21, height = 0.23 },
            }),
            summary = new
            {
                faces = faces.Length,
                withMask = 0,
                withoutMask = 0,
                incorrectlyWorn = 0,
                uncertain = 0,
                found = faces.Length + leftOut,
            },
            timings = new { decodeMs = 1, detectMs = 2, classifyMs = 3, totalMs = 6 },
        });

    /// <summary>The answer to a batch of pictures that succeeded.</summary>
    internal static string Batch(params string[] detections) =>
        $$"""{"results":[{{string.Join(',', detections.Select(static (json, i) => $$"""{"name":"{{i}}","status":200,"detection":{{json}}}"""))}}]}""";
}
