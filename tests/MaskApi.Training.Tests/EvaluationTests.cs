using MaskApi.Training.Evaluation;

namespace MaskApi.Training.Tests;

public sealed class EvaluationTests
{
    // Worked out by hand: from the top 0.9 mask, 0.8 mask, 0.7 bare, 0.6 mask, 0.4 bare, 0.2 bare, 0.2 mask, 0.1 bare.
    private static readonly BinaryMetrics _eight = new(
    [
        new(0.9, true), new(0.8, true), new(0.7, false), new(0.6, true), new(0.4, false), new(0.2, false), new(0.2, true), new(0.1, false),
    ]);

    [Fact]
    public void Counts_and_rates_are_as_by_hand()
    {
        Assert.Equal((3, 1, 1, 3), _eight.Confusion());
        Assert.Equal(0.75, _eight.Accuracy());
        Assert.Equal(0.75, _eight.BalancedAccuracy());
        Assert.Equal((4, 4, 0, 0), (_eight.Confusion(0).TruePositive, _eight.Confusion(0).FalsePositive, _eight.Confusion(0).FalseNegative, _eight.Confusion(0).TrueNegative));
        var mask = _eight.Report(masked: true);
        Assert.Equal((0.75, 0.75, 0.75, 4), (mask.Precision, mask.Recall, mask.F1, mask.Support));
        var strict = _eight.Report(masked: true, threshold: 0.85);
        Assert.Equal((1, 0.25, 0.4), (strict.Precision, strict.Recall, strict.F1));
        var bare = _eight.Report(masked: false, threshold: 0.85);
        Assert.Equal(4 / 7.0, bare.Precision, 1e-12);
    }

    [Fact]
    public void Areas_are_as_by_hand()
    {
        // Of 16 pairs 12 are in order and one is tied.
        Assert.Equal(12.5 / 16, _eight.RocArea(), 1e-12);
        // Recall steps of a quarter at precision 1, 1, 3/4 and (with the tie) 4/7.
        Assert.Equal((1 + 1 + 0.75 + (4 / 7.0)) / 4, _eight.AveragePrecision(), 1e-12);
        Assert.Equal((1, 1), (_eight.Roc()[^1].X, _eight.Roc()[^1].Y));
    }

    [Fact]
    public void Calibration_figures_are_as_by_hand()
    {
        var metrics = new BinaryMetrics([new(0.1, false), new(0.3, true), new(0.8, true), new(1.0, true)]);
        Assert.Equal(((0.1 * 0.1) + (0.7 * 0.7) + (0.2 * 0.2)) / 4, metrics.Brier(), 1e-12);
        // Two bins: said 0.2, was 0.5; said 0.9, was 1.
        Assert.Equal((0.3 + 0.1) / 2, metrics.ExpectedCalibrationError(bins: 2), 1e-12);
        Assert.Equal(-(Math.Log(0.9) + Math.Log(0.3) + Math.Log(0.8)) / 4, metrics.LogLoss(), 1e-9);
    }

    [Fact]
    public void A_share_has_wilsons_interval()
    {
        var (low, high) = BinaryMetrics.Interval(97, 100);
        Assert.Equal(0.9155, low, 1e-4);
        Assert.Equal(0.9897, high, 1e-4);
    }

    [Fact]
    public void The_bootstrap_draws_whole_groups()
    {
        // Ten groups of ten equal items: the interval is that of ten draws, far wider than that of a hundred.
        int[] groups = [.. Enumerable.Range(0, 100).Select(i => i / 10)];
        double Mean(int[] counts) => Enumerable.Range(0, 100).Sum(i => i < 50 ? counts[i] : 0) / (double)counts.Sum();
        var grouped = Resampling.Interval(groups, Mean);
        var single = Resampling.Interval([.. Enumerable.Range(0, 100)], Mean);
        Assert.Equal(grouped, Resampling.Interval(groups, Mean));
        Assert.InRange(grouped.High - grouped.Low, 0.4, 0.8);
        Assert.InRange(single.High - single.Low, 0.14, 0.26);
    }

    [Fact]
    public void One_class_alone_and_nothing_at_all_are_handled()
    {
        var masks = new BinaryMetrics([new(0.9, true), new(0.4, true)]);
        Assert.Equal(0.5, masks.BalancedAccuracy());
        Assert.Throws<ArgumentException>(() => new BinaryMetrics([]));
    }
}
