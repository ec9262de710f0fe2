using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Detection;

/// <summary>Combines annotations and detections into training faces.</summary>
internal static class PictureLabeler
{
    /// <summary>Passes that find key points for labelled faces, large and small.</summary>
    public static ReadOnlySpan<int> LabelledPasses => [128, 256, 512, 1024];

    /// <summary>
    /// Passes over unlabelled pictures, whose faces are seldom small. A face that fills the picture exceeds what the network can see in a
    /// larger pass, which would report it several times.
    /// </summary>
    public static ReadOnlySpan<int> UnlabelledPasses => [96, 192];

    /// <summary>Minimum score of a detection to be considered at all.</summary>
    public const float MinScore = 0.1f;

    private const float SameFace = 0.4f;
    private const float Apart = 0.2f;
    private const float Certain = 0.45f;
    private const float CertainIfConfirmed = 0.3f;
    private const float Confirming = 0.5f;

    /// <summary>
    /// Labelled faces with the original network's key points. Its confident detections elsewhere are ignored rather than treated as
    /// background.
    /// </summary>
    /// <param name="labelled">The annotated boxes.</param>
    /// <param name="original">The original network's detections, with corrected boxes.</param>
    public static IReadOnlyList<TrainingFace> Labelled(IReadOnlyList<PixelBox> labelled, IReadOnlyList<FoundFace> original)
    {
        var faces = labelled.Select(box => new TrainingFace(box, Match(box, original)?.Landmarks, Ignored: false)).ToList();
        faces.AddRange(original
            .Where(face => face.Score > Confirming && labelled.All(box => box.IntersectionOverUnion(face.Box) < Apart))
            .Select(face => new TrainingFace(face.Box, null, Ignored: true)));
        return faces;
    }

    /// <summary>Pseudo-labels of an unlabelled picture, from a network that was tuned on labelled ones.</summary>
    /// <param name="tuned">The tuned network's detections, from <see cref="MinScore"/> up.</param>
    /// <param name="original">The original network's detections, with corrected boxes.</param>
    public static IReadOnlyList<TrainingFace> Unlabelled(IReadOnlyList<FoundFace> tuned, IReadOnlyList<FoundFace> original)
    {
        var faces = new List<TrainingFace>();
        foreach (var face in tuned.Where(face => face.Score > MinScore))
        {
            var match = Match(face.Box, original);
            var certain = face.Score > Certain || (face.Score > CertainIfConfirmed && match?.Score > Confirming);
            faces.Add(new TrainingFace(face.Box, match?.Landmarks, !certain));
        }

        faces.AddRange(original
            .Where(face => face.Score > SameFace && tuned.All(other => other.Box.IntersectionOverUnion(face.Box) < SameFace))
            .Select(face => new TrainingFace(face.Box, null, Ignored: true)));
        return faces;
    }

    private static FoundFace? Match(PixelBox box, IReadOnlyList<FoundFace> found)
    {
        if (found.Count == 0)
        {
            return null;
        }

        var best = found.MaxBy(face => face.Box.IntersectionOverUnion(box));
        return best.Box.IntersectionOverUnion(box) > SameFace ? best : null;
    }
}
