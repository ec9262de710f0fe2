using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Detection;

/// <summary>
/// A constant correction of boxes, in units of the box. The original detector's boxes reach from the eyebrows to below the chin and are
/// wider than annotated ones. Good enough to match detections with labelled faces.
/// </summary>
/// <param name="X">Shift of the center, in widths.</param>
/// <param name="Y">Shift of the center, in heights.</param>
/// <param name="Width">Factor of the width.</param>
/// <param name="Height">Factor of the height.</param>
internal readonly record struct BoxShift(float X, float Y, float Width, float Height)
{
    private const float MinScore = 0.3f;
    private const float MinOverlap = 0.3f;

    /// <summary>No correction.</summary>
    public static BoxShift None => new(0, 0, 1, 1);

    /// <summary>Fits the median difference between detections and the labelled boxes they overlap.</summary>
    /// <param name="labelled">The labelled boxes of each picture.</param>
    /// <param name="found">The detections of each picture.</param>
    public static BoxShift Fit(IReadOnlyList<IReadOnlyList<PixelBox>> labelled, IReadOnlyList<IReadOnlyList<FoundFace>> found)
    {
        var differences = new List<BoxShift>();
        for (var i = 0; i < labelled.Count; i++)
        {
            foreach (var face in found[i].Where(face => face.Score >= MinScore && labelled[i].Count > 0))
            {
                var truth = labelled[i].MaxBy(box => box.IntersectionOverUnion(face.Box));
                if (truth.IntersectionOverUnion(face.Box) <= MinOverlap)
                {
                    continue;
                }

                differences.Add(new BoxShift(
                    (truth.Center.X - face.Box.Center.X) / face.Box.Width,
                    (truth.Center.Y - face.Box.Center.Y) / face.Box.Height,
                    truth.Width / face.Box.Width,
                    truth.Height / face.Box.Height));
            }
        }

        if (differences.Count == 0)
        {
            return None;
        }

        float Median(Func<BoxShift, float> of) => differences.Select(of).Order().ElementAt(differences.Count / 2);
        return new BoxShift(Median(d => d.X), Median(d => d.Y), Median(d => d.Width), Median(d => d.Height));
    }

    /// <summary>Corrects a detection's box.</summary>
    /// <param name="face">The detection.</param>
    public FoundFace Apply(FoundFace face)
    {
        var (width, height) = (face.Box.Width * Width, face.Box.Height * Height);
        var (x, y) = (face.Box.Center.X + (X * face.Box.Width), face.Box.Center.Y + (Y * face.Box.Height));
        return face with { Box = new PixelBox(x - (width / 2), y - (height / 2), width, height) };
    }
}
