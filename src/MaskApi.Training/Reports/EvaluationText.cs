using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MaskApi.Training.Data;
using MaskApi.Training.Evaluation;

namespace MaskApi.Training.Reports;

/// <summary>Formats an evaluation as text for people and as JSON for programs.</summary>
internal static class EvaluationText
{
    private static readonly FaceLabel[] _labels = [FaceLabel.WithMask, FaceLabel.WithoutMask, FaceLabel.IncorrectMask];

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static string Text(string title, EvaluationResult result)
    {
        var text = new StringBuilder();
        void Line(FormattableString line, FormattableString? rest = null) => text
            .Append(line.ToString(CultureInfo.InvariantCulture))
            .AppendLine(rest?.ToString(CultureInfo.InvariantCulture));
        Line($"{title}");
        Line($"{new string('=', title.Length)}");
        Line($"{result.Pictures} pictures, {result.Unreadable.Count} unreadable");
        foreach (var name in result.Unreadable)
        {
            Line($"  unreadable: {name}");
        }

        if (result.Detection is null)
        {
            Line($"{result.WithoutFace.Count} without a detected ",
                $"face{(result.WithoutFace.Count > 0 ? ": " : string.Empty)}{string.Join(", ", result.WithoutFace)}");
        }

        if (result.Detection is { } d)
        {
            Line($"");
            Line($"Detection of {d.Faces} faces");
            Line($"  AP50 faces               {d.AveragePrecision:0.0000}   faces >= 20 px {d.AveragePrecisionFrom20:0.0000}");
            Line($"  AP50 with / without mask {d.AveragePrecisionWithMask:0.0000} / {d.AveragePrecisionWithoutMask:0.0000}   mAP50 ",
                $"{d.MeanAveragePrecision:0.0000}");
            Line($"  at confidence 0.5        precision {d.Precision:0.0000}   recall {d.Recall:0.0000}");
            Line($"  false faces              {d.FalsePer100:0.00} per 100 pictures");
            foreach (var s in d.BySize)
            {
                Line($"    recall {Range(s.From, s.To),-12} {Share(s.Recall)}   of {s.Faces,-5}  median IoU of found ",
                    $"{Share(s.MedianOverlap)}");
            }

            Line($"  misses by cause          {d.Misses.Unseen} unseen, {d.Misses.Unsure} unsure, {d.Misses.Box} box");
            Line($"  label accuracy of two    {Percent(d.TwoLabels)}   balanced {Share(d.TwoLabelsBalanced)}   (by the probability of a ",
                $"mask)");
            Line($"  end-to-end accuracy      {d.EndToEndAccuracy:0.0000}   (found and classified correctly, faces >= 20 px)");
            Line($"  incorrectly worn         {d.IncorrectFound} found, {Share(d.IncorrectCalledMasked)} of them classified as masked");
            Line($"  cost of detection        {d.MeanRuns:0.0} runs a picture, {d.MeanInputPixels / 1e6:0.000} megapixels of input, at ",
                $"most {d.MaxInputPixels / 1e6:0.000}; median {d.MedianDetectMs:0.0} ms");
        }

        if (result.Angles.Count > 0)
        {
            Line($"");
            Line($"Large faces (>= {AngleTest.MinSide:0} px), rotated");
            Line($"  angle   found again                      label kept                       too many");
            foreach (var a in result.Angles)
            {
                Line($"  {a.Degrees,5}   {Percent(a.Found),-31}  {Percent(a.Kept),-31}  {Percent(a.TooMany)}");
            }
        }

        if (result.Labels is { } l)
        {
            text.AppendLine().Append(Labels(l));
        }

        return text.ToString();
    }

    public static string Json(string title, EvaluationResult result) => JsonSerializer.Serialize(
        new
        {
            Title = title,
            result.Pictures,
            result.WithoutFace,
            result.Unreadable,
            result.Detection,
            result.Angles,
            Labels = result.Labels is { } labels ? Figures(labels) : null,
        },
        _json);

    /// <summary>The metrics of the labels, for JSON.</summary>
    public static object Figures(LabelReport l) => new
    {
        l.Metrics.Count,
        Accuracy = l.Metrics.Accuracy(),
        BalancedAccuracy = l.Metrics.BalancedAccuracy(),
        Classes = Labelled(label => new
        {
            Report = l.Metrics.Report(label),
            Called = Labelled(verdict => l.Metrics.Confusion(label, verdict)),
            RocArea = l.Metrics.Against(label).RocArea(),
            AveragePrecision = l.Metrics.Against(label).AveragePrecision(),
        }),
        Ece = l.Metrics.ExpectedCalibrationError(),
        Brier = l.Metrics.Brier(),
        LogLoss = l.Metrics.LogLoss(),
        l.BySize,
        l.Whole,
        l.UncertainMistakes,
        l.Slices,
        Reliability = l.Metrics.Reliability(),
        Mistakes = l.Mistakes.Select(m => new { Picture = m.Picture.Name, m.Box, Label = m.Label.ToString(), m.Judged.Probabilities }),
    };

    /// <summary>The metrics of the labels, as separate JSON.</summary>
    public static string Json(LabelReport report) => JsonSerializer.Serialize(Figures(report), _json);

    /// <summary>One line per reported face, in the service's terms.</summary>
    public static IEnumerable<string> Answers(EvaluationResult result) =>
        result.Answers.SelectMany(a => a.Faces.Select(f => JsonSerializer.Serialize(
        new
        {
            Image = a.Picture.Name,
            Box = (float[])[f.Box.X, f.Box.Y, f.Box.Width, f.Box.Height],
            f.DetectionConfidence,
            Label = LabelledPictures.Name(new JudgedVerdict(JudgedFace.Probabilities(f), default).Verdict),
            f.MaskProbability,
            Probabilities = Wire(JudgedFace.Probabilities(f)),
        },
        JsonSerializerOptions.Web)));

    /// <summary>The metrics of the labels, as text.</summary>
    public static string Labels(LabelReport report)
    {
        var text = new StringBuilder();
        void Line(FormattableString line, FormattableString? rest = null) => text
            .Append(line.ToString(CultureInfo.InvariantCulture))
            .AppendLine(rest?.ToString(CultureInfo.InvariantCulture));
        var m = report.Metrics;
        Line($"Classification of {m.Count} faces, by likeliest label");
        Line($"  accuracy {Percent(new Rate(report.Faces.Count(f => f.Right), m.Count))}   balanced {m.BalancedAccuracy():0.0000}");
        Line($"  ECE {m.ExpectedCalibrationError():0.0000}   Brier {m.Brier():0.0000}   log loss {m.LogLoss():0.0000}");
        Line($"");
        Line($"                  precision  recall  F1      ROC area  average precision  faces");
        foreach (var label in _labels)
        {
            var (r, against) = (m.Report(label), m.Against(label));
            Line($"  {LabelledPictures.Name(label),-14}  {r.Precision:0.0000}     {r.Recall:0.0000}  {r.F1:0.0000}  ",
                $"{Area(against, against.RocArea()),-8}  {Area(against, against.AveragePrecision()),-17}  {r.Support}");
        }

        Line($"");
        Line($"  true \\ pred.  {string.Concat(_labels.Select(l => $"{LabelledPictures.Name(l),15}"))}");
        foreach (var label in _labels)
        {
            Line($"  {LabelledPictures.Name(label),-14}{string.Concat(_labels.Select(called => $"{m.Confusion(label, called),15}"))}");
        }

        Line($"");
        Line($"  face side     accuracy   faces");
        foreach (var s in report.BySize)
        {
            Line($"  {Range(s.From, s.To),-12}  {Share(s.Accuracy)}     {s.Faces}");
        }

        Line($"");
        Line($"  uncertain below {JudgedFace.MinConfidence:0.0}: {Percent(report.Whole.Uncertain)} of the faces, and ",
            $"{Percent(report.UncertainMistakes)} of the mistakes");
        Line($"");
        Line($"  At confidence {JudgedFace.MinConfidence:0.0}, with 95 % intervals; * significantly worse than all");
        Line($"  {"group",-36} faces  {"false with",-31}   {"false incorrect",-31}   uncertain");
        foreach (var s in report.Slices.Prepend(report.Whole))
        {
            string Cell(Func<Slice, Rate> rate) => $"{Percent(rate(s))}{(rate(s).Exceeds(rate(report.Whole)) ? " *" : string.Empty)}";
            Line($"  {s.Name,-36} {s.Faces,5}  {Cell(x => x.FalseWith),-31}   {Cell(x => x.FalseIncorrect),-31}   ",
                $"{Cell(x => x.Uncertain)}");
        }

        return text.ToString();
    }

    private static string Area(BinaryMetrics metrics, double area) =>
        metrics.Positives == 0 || metrics.Negatives == 0 ? "-" : area.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Percent(Rate rate) => rate.Count == 0
        ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{rate.Hits}/{rate.Count} {rate.Share:0.0000} "
            + $"({rate.Interval.Low:0.000}-{rate.Interval.High:0.000})");

    private static Dictionary<string, T> Labelled<T>(Func<FaceLabel, T> of) =>
        _labels.ToDictionary(LabelledPictures.Name, of, StringComparer.Ordinal);

    private static object Wire(double[] p) => new
    {
        WithMask = p[(int)FaceLabel.WithMask],
        WithoutMask = p[(int)FaceLabel.WithoutMask],
        IncorrectlyWorn = p[(int)FaceLabel.IncorrectMask],
    };

    private static string Share(double value) => double.IsNaN(value) ? "-     " : value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Range(double from, double to) =>
        double.IsInfinity(to) ? string.Create(CultureInfo.InvariantCulture, $">= {from:0} px")
            : string.Create(CultureInfo.InvariantCulture, $"{from:0}-{to:0} px");
}
