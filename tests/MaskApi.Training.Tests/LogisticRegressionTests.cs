using MaskApi.Training.Fitting;
using MaskApi.Vision;

namespace MaskApi.Training.Tests;

[Collection(TorchSerial.Name)]
public sealed class LogisticRegressionTests
{
    [Fact]
    public void The_weights_behind_the_labels_are_recovered()
    {
        var random = new Random(11);
        double[] expected = [-0.5, 2, -1];
        var rows = Enumerable.Range(0, 20_000).Select(_ => new[] { (random.NextSingle() * 4) - 2, (random.NextSingle() * 6) + 10 })
            .ToArray();
        double[] shifted = [expected[0] + 13, expected[1], expected[2]];
        var labels = rows.Select(row => random.NextDouble() < Logistic.Sigmoid(Logistic.Logit<double>(shifted, row))).ToArray();
        var fitted = LogisticRegression.Fit(rows, labels, penalty: 1e-3);
        Assert.InRange(fitted[1], 1.9, 2.1);
        Assert.InRange(fitted[2], -1.1, -0.9);
        Assert.InRange(fitted[0] / shifted[0], 0.9, 1.1);
    }

    [Fact]
    public void A_constant_column_and_a_separating_one_do_no_harm()
    {
        float[][] rows = [[0, 7], [1, 7], [2, 7], [3, 7]];
        var fitted = LogisticRegression.Fit(rows, [false, false, true, true], penalty: 1);
        Assert.All(fitted, weight => Assert.True(double.IsFinite(weight)));
        Assert.True(fitted[1] > 0);
        Assert.Equal(0.5, Logistic.Sigmoid(Logistic.Logit<double>(fitted, [1.5f, 7])), 1e-6);
    }

    [Fact]
    public void Labels_of_one_kind_are_refused() =>
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit([[1f], [2f]], [true, true], penalty: 1));

    [Fact]
    public void An_observation_of_weight_two_counts_twice_and_one_of_weight_zero_not_at_all()
    {
        float[][] rows = [[0f], [1f], [1.5f], [3f], [9f]];

        var weighed = LogisticRegression.Fit(rows, [false, true, false, true, false], 1e-7, [1, 2, 1, 1, 0]);
        var repeated = LogisticRegression.Fit([rows[0], rows[1], rows[1], rows[2], rows[3]], [false, true, true, false, true], 1e-7);

        // The penalty scales with the columns' deviations, which weights do not change; this small, it does not matter.
        Assert.Equal(repeated[0], weighed[0], 0.02);
        Assert.Equal(repeated[1], weighed[1], 0.02);
    }
}
