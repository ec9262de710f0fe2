using MaskApi.Training.Data;

namespace MaskApi.Training.Evaluation;

/// <summary>Accuracy for a range of face sizes.</summary>
/// <param name="From">Minimum longer side, in pixels.</param>
/// <param name="To">Upper bound of the longer side, in pixels, exclusive; infinite for the last.</param>
/// <param name="Accuracy">Accuracy, 0–1; NaN if there are no faces.</param>
/// <param name="Faces">Number of faces.</param>
public readonly record struct SizeAccuracy(double From, double To, double Accuracy, int Faces);

/// <summary>A proportion with its 95 % confidence interval (Wilson).</summary>
/// <param name="Hits">Successes.</param>
/// <param name="Count">Trials.</param>
public readonly record struct Rate(int Hits, int Count)
{
    /// <summary>The proportion; NaN without trials.</summary>
    public double Share => Count == 0 ? double.NaN : (double)Hits / Count;

    /// <summary>The 95 % confidence interval; NaN without trials.</summary>
    public (double Low, double High) Interval => Count == 0 ? (double.NaN, double.NaN) : BinaryMetrics.Interval(Hits, Count);

    /// <summary>Whether the lower end of the interval lies above another rate.</summary>
    /// <param name="whole">The rate of all faces.</param>
    public bool Exceeds(Rate whole) => Count > 0 && whole.Count > 0 && Interval.Low > whole.Share;
}

/// <summary>Results for a group of faces at the service's default confidence. Only firm verdicts count as false.</summary>
/// <param name="Name">Name of the group.</param>
/// <param name="Faces">Number of faces.</param>
/// <param name="FalseWith">Faces without a correctly worn mask that are classified as masked.</param>
/// <param name="FalseIncorrect">Faces without an incorrectly worn mask that are classified as wearing one incorrectly.</param>
/// <param name="Uncertain">Faces without a firm verdict.</param>
public sealed record Slice(string Name, int Faces, Rate FalseWith, Rate FalseIncorrect, Rate Uncertain)
{
    /// <summary>Counts a group.</summary>
    /// <param name="name">Name of the group.</param>
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
            name,
            faces.Count,
            False(FaceLabel.WithMask),
            False(FaceLabel.IncorrectMask),
            new Rate(faces.Count(f => f.Uncertain), faces.Count));
    }
}

/// <summary>Classification report.</summary>
public sealed class LabelReport
{
    private const string Ages = "ages";

    private static readonly double[] _sizes = [0, 16, 32, 64, 128, double.PositiveInfinity];

    /// <summary>Computes the report.</summary>
    /// <param name="faces">The classified faces, at least one.</param>
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

    /// <summary>Metrics of the served probabilities.</summary>
    public VerdictMetrics Metrics { get; }

    /// <summary>Accuracy by size of face.</summary>
    public IReadOnlyList<SizeAccuracy> BySize { get; }

    /// <summary>All faces.</summary>
    public Slice Whole { get; }

    /// <summary>Results by source and tag; for source <c>ages</c>, also by race, gender and age.</summary>
    public IReadOnlyList<Slice> Slices { get; }

    /// <summary>Share of the faces with a wrong likeliest label that are reported as uncertain.</summary>
    public Rate UncertainMistakes { get; }

    /// <summary>The mistakes, most confident first.</summary>
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
