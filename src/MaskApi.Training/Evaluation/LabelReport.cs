using MaskApi.Training.Data;

namespace MaskApi.Training.Evaluation;

/// <summary>Accuracy of faces of one size.</summary>
/// <param name="From">Least longer side, pixels.</param>
/// <param name="To">Bound of the longer side, pixels; infinite for the last.</param>
/// <param name="Accuracy">0–1; NaN where there are none.</param>
/// <param name="Faces">Number of faces.</param>
public readonly record struct SizeAccuracy(double From, double To, double Accuracy, int Faces);

/// <summary>A share with its 95 % interval (Wilson).</summary>
/// <param name="Hits">How many.</param>
/// <param name="Count">Of how many.</param>
public readonly record struct Rate(int Hits, int Count)
{
    /// <summary>The share; NaN of nothing.</summary>
    public double Share => Count == 0 ? double.NaN : (double)Hits / Count;

    /// <summary>The 95 % interval; NaN of nothing.</summary>
    public (double Low, double High) Interval => Count == 0 ? (double.NaN, double.NaN) : BinaryMetrics.Interval(Hits, Count);

    /// <summary>Whether it lies above another rate by more than its own interval.</summary>
    /// <param name="whole">The rate of all faces.</param>
    public bool Exceeds(Rate whole) => Count > 0 && whole.Count > 0 && Interval.Low > whole.Share;
}

/// <summary>What a group of faces is told at the service's default confidence. A false answer is a firm one.</summary>
/// <param name="Name">The group.</param>
/// <param name="Faces">Number of faces.</param>
/// <param name="FalseWith">Of the faces without a rightly worn mask, those called masked.</param>
/// <param name="FalseIncorrect">Of the faces without a wrongly worn mask, those said to wear one.</param>
/// <param name="Uncertain">Faces that get no firm verdict.</param>
public sealed record Slice(string Name, int Faces, Rate FalseWith, Rate FalseIncorrect, Rate Uncertain)
{
    /// <summary>Counts a group.</summary>
    /// <param name="name">The group.</param>
    /// <param name="faces">Its faces.</param>
    public static Slice Of(string name, IReadOnlyCollection<JudgedFace> faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        Rate False(FaceLabel label)
        {
            JudgedFace[] others = [.. faces.Where(f => f.Label != label)];
            return new Rate(others.Count(f => f.Judged.Verdict == label && !f.Uncertain), others.Length);
        }

        return new Slice(
            name, faces.Count, False(FaceLabel.WithMask), False(FaceLabel.IncorrectMask), new Rate(faces.Count(f => f.Uncertain), faces.Count));
    }
}

/// <summary>Everything about how faces are judged.</summary>
public sealed class LabelReport
{
    private const string Ages = "ages";

    private static readonly double[] _sizes = [0, 16, 32, 64, 128, double.PositiveInfinity];

    /// <summary>Computes the report.</summary>
    /// <param name="faces">The judged faces, at least one.</param>
    public LabelReport(IReadOnlyList<JudgedFace> faces)
    {
        Faces = faces;
        Metrics = new VerdictMetrics([.. faces.Select(f => f.Judged)]);
        BySize =
        [
            .. _sizes.Zip(_sizes.Skip(1), (from, to) =>
            {
                var within = faces.Where(f => f.Side >= from && f.Side < to).ToArray();
                return new SizeAccuracy(from, to, within.Length == 0 ? double.NaN : within.Average(f => f.Right ? 1.0 : 0), within.Length);
            }),
        ];
        Whole = Slice.Of("all", faces);
        Slices =
        [
            .. faces.SelectMany(face => Groups(face.Picture).Select(group => (Group: group, Face: face)))
                .GroupBy(member => member.Group, member => member.Face, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => Slice.Of(group.Key, [.. group])),
        ];
        UncertainMistakes = new Rate(faces.Count(f => !f.Right && f.Uncertain), faces.Count(f => !f.Right));
    }

    /// <summary>The faces.</summary>
    public IReadOnlyList<JudgedFace> Faces { get; }

    /// <summary>Figures of the probabilities as served.</summary>
    public VerdictMetrics Metrics { get; }

    /// <summary>Accuracy by size of face.</summary>
    public IReadOnlyList<SizeAccuracy> BySize { get; }

    /// <summary>All faces.</summary>
    public Slice Whole { get; }

    /// <summary>Faces by source and tag; those of <c>ages</c> by race, gender and age, each alone and together.</summary>
    public IReadOnlyList<Slice> Slices { get; }

    /// <summary>Of the faces whose likeliest label is wrong, those that are called uncertain.</summary>
    public Rate UncertainMistakes { get; }

    /// <summary>The wrong answers, surest first.</summary>
    public IEnumerable<JudgedFace> Mistakes => Faces.Where(f => !f.Right).OrderByDescending(f => f.Judged.Confidence);

    private static IEnumerable<string> Groups(LabelledPicture picture)
    {
        yield return $"source {picture.Source}";
        if (picture.Tag.Length == 0)
        {
            yield break;
        }

        yield return $"{picture.Source}: {picture.Tag}";
        if (picture.Source == Ages && picture.Tag.Split(' ') is [var race, var gender, var band])
        {
            yield return $"{Ages}, race: {race}";
            yield return $"{Ages}, gender: {gender}";
            yield return $"{Ages}, age: {band}";
        }
    }
}
