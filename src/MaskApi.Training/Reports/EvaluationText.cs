using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MaskApi.Training.Evaluation;
using MaskApi.Vision.Detection;

namespace MaskApi.Training.Reports;

/// <summary>An evaluation as text for people and as JSON for programs.</summary>
internal static class EvaluationText
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static string Text(string title, EvaluationResult result)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"{title}");
        Line($"{new string('=', title.Length)}");
        Line($"{result.Pictures} pictures, {result.Unreadable.Count} unreadable");
        foreach (var name in result.Unreadable)
            Line($"  unreadable: {name}");
        if (result.Detection is null)
            Line($"{result.WithoutFace.Count} without a detected face{(result.WithoutFace.Count > 0 ? ": " : string.Empty)}{string.Join(", ", result.WithoutFace)}");

        if (result.Detection is { } d)
        {
            Line($"");
            Line($"Finding {d.Faces} faces");
            Line($"  AP50 faces               {d.AveragePrecision:0.0000}   faces >= 20 px {d.AveragePrecisionFrom20:0.0000}");
            Line($"  AP50 with / without mask {d.AveragePrecisionWithMask:0.0000} / {d.AveragePrecisionWithoutMask:0.0000}   mAP50 {d.MeanAveragePrecision:0.0000}");
            Line($"  at confidence 0.5        precision {d.Precision:0.0000}   recall {d.Recall:0.0000}");
            foreach (var s in d.BySize)
                Line($"    recall {Range(s.From, s.To),-12} {Share(s.Recall)}   of {s.Faces}");
            Line($"  end-to-end accuracy      {d.EndToEndAccuracy:0.0000}   (found and rightly judged, faces >= 20 px)");
            Line($"  incorrectly worn         {d.IncorrectFound} found, {Share(d.IncorrectCalledMasked)} of them called masked");
            Line($"  cost of finding          {d.MeanRuns:0.0} runs a picture, {d.MeanInputPixels / 1e6:0.000} megapixels of input, at most {d.MostInputPixels / 1e6:0.000}; median {d.MedianDetectMs:0.0} ms");
        }

        if (result.Labels is { } l)
            Labels(l, Line);
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
            Labels = result.Labels is not { } l
                ? null
                : new
                {
                    l.Calibrated.Count,
                    Accuracy = l.Calibrated.Accuracy(),
                    BalancedAccuracy = l.Calibrated.BalancedAccuracy(),
                    WithMask = l.Calibrated.Report(masked: true),
                    WithoutMask = l.Calibrated.Report(masked: false),
                    RocArea = l.Calibrated.RocArea(),
                    AveragePrecision = l.Calibrated.AveragePrecision(),
                    l.Temperature,
                    Ece = l.Calibrated.ExpectedCalibrationError(),
                    EceBefore = l.Raw.ExpectedCalibrationError(),
                    Brier = l.Calibrated.Brier(),
                    BrierBefore = l.Raw.Brier(),
                    l.BySize,
                    l.Thresholds,
                    Reliability = l.Calibrated.Reliability(),
                    Mistakes = l.Mistakes.Select(m => new { Picture = m.Picture.Name, m.Box, Label = m.Label.ToString(), m.MaskProbability }),
                },
        },
        _json);

    /// <summary>One line a reported face, in the service's own terms.</summary>
    public static IEnumerable<string> Answers(EvaluationResult result) => result.Answers.SelectMany(a => a.Faces.Select(f => JsonSerializer.Serialize(
        new
        {
            Image = a.Picture.Name,
            Box = (float[])[f.Box.X, f.Box.Y, f.Box.Width, f.Box.Height],
            f.DetectionConfidence,
            Label = f.MaskProbability >= 0.5f ? "with_mask" : "without_mask",
            f.MaskProbability,
        },
        JsonSerializerOptions.Web)));

    private static void Labels(LabelReport l, Action<FormattableString> line)
    {
        var m = l.Calibrated;
        var (low, high) = BinaryMetrics.Interval(m.Accuracy() * m.Count, m.Count);
        var (tp, fp, fn, tn) = m.Confusion();
        line($"");
        line($"Judging {m.Count} found faces");
        line($"  accuracy {m.Accuracy():0.0000} ({low:0.0000}-{high:0.0000})   balanced {m.BalancedAccuracy():0.0000}   ROC area {m.RocArea():0.0000}   average precision {m.AveragePrecision():0.0000}");
        line($"");
        line($"                 precision  recall  F1      faces");
        foreach (var (name, masked) in (ReadOnlySpan<(string, bool)>)[("with_mask", true), ("without_mask", false)])
        {
            var r = m.Report(masked);
            line($"  {name,-14} {r.Precision:0.0000}     {r.Recall:0.0000}  {r.F1:0.0000}  {r.Support}");
        }

        line($"");
        line($"                     called with   called without");
        line($"  is with_mask       {tp,11}   {fn,14}");
        line($"  is without_mask    {fp,11}   {tn,14}");
        line($"");
        line($"                 before calibration   after (temperature {l.Temperature:0.00})");
        line($"  ECE            {l.Raw.ExpectedCalibrationError():0.0000}               {m.ExpectedCalibrationError():0.0000}");
        line($"  Brier          {l.Raw.Brier():0.0000}               {m.Brier():0.0000}");
        line($"  log loss       {l.Raw.LogLoss():0.0000}               {m.LogLoss():0.0000}");
        line($"");
        line($"  face side     accuracy   with / without");
        foreach (var s in l.BySize)
            line($"  {Range(s.From, s.To),-12}  {Share(s.Accuracy)}     {s.WithMask} / {s.WithoutMask}");
        line($"");
        line($"  threshold  accuracy  balanced  mask precision  mask recall  no-mask recall");
        foreach (var t in l.Thresholds)
            line($"  {t.Threshold:0.0}        {t.Accuracy:0.0000}    {t.BalancedAccuracy:0.0000}    {t.MaskPrecision:0.0000}          {t.MaskRecall:0.0000}       {t.WithoutMaskRecall:0.0000}");
    }

    private static string Share(double value) => double.IsNaN(value) ? "-     " : value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Range(double from, double to) =>
        double.IsInfinity(to) ? string.Create(CultureInfo.InvariantCulture, $">= {from:0} px") : string.Create(CultureInfo.InvariantCulture, $"{from:0}-{to:0} px");
}
