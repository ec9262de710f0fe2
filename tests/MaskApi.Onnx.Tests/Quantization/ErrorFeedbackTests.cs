using MaskApi.Onnx.Quantization;

namespace MaskApi.Onnx.Tests.Quantization;

public sealed class ErrorFeedbackTests
{
    // Inputs that have nothing to do with each other cannot make up for one another.
    [Fact]
    public void Independent_inputs_are_rounded_one_by_one()
    {
        var rounded = new int[3];

        new ErrorFeedback([1, 0, 0, 0, 5, 0, 0, 0, 2]).Round([0.4f, 0.6f, -1.4f], 1, rounded);

        Assert.Equal([0, 1, -1], rounded);
    }

    // Two inputs that always agree: 0.4 + 0.4 is best answered by 0 + 1, where rounding alone gives 0 + 0.
    [Fact]
    public void An_input_that_follows_another_makes_up_for_its_error()
    {
        var rounded = new int[2];

        new ErrorFeedback([1, 1, 1, 1]).Round([0.4f, 0.4f], 1, rounded);

        Assert.Equal([0, 1], rounded);
    }

    // Two inputs that are opposites: 0.4 x - 0.4 x is nothing, and so is 0.
    [Fact]
    public void An_input_that_opposes_another_makes_up_for_its_error()
    {
        var rounded = new int[2];

        new ErrorFeedback([1, -1, -1, 1]).Round([0.4f, 0.4f], 1, rounded);

        Assert.Equal([0, 0], rounded);
    }

    [Fact]
    public void Inputs_that_never_vary_are_rounded_to_the_nearest()
    {
        var rounded = new int[2];

        new ErrorFeedback([0, 0, 0, 0]).Round([0.7f, -0.2f], 1, rounded);

        Assert.Equal([1, 0], rounded);
    }

    // Over many rows and correlated inputs, the error of the output e H e is what counts, and it must be smaller.
    [Fact]
    public void Feedback_leaves_less_error_than_rounding_alone()
    {
        const int size = 24, samples = 400, rows = 50;
        var random = new Random(1);
        var covariance = new double[size * size];
        for (var sample = 0; sample < samples; sample++)
        {
            var common = random.NextDouble() - 0.5;
            var inputs = Enumerable.Range(0, size).Select(_ => common + (0.3 * (random.NextDouble() - 0.5))).ToArray();
            for (var i = 0; i < size * size; i++)
            {
                covariance[i] += inputs[i / size] * inputs[i % size] / samples;
            }
        }

        double Error(double[] differences)
        {
            var sum = 0.0;
            for (var i = 0; i < size * size; i++)
            {
                sum += differences[i / size] * covariance[i] * differences[i % size];
            }

            return sum;
        }

        var feedback = new ErrorFeedback(covariance);
        var (withFeedback, alone) = (0.0, 0.0);
        var rounded = new int[size];
        for (var row = 0; row < rows; row++)
        {
            var weights = Enumerable.Range(0, size).Select(_ => (float)(random.NextDouble() * 8) - 4).ToArray();
            feedback.Round(weights, 1, rounded);
            withFeedback += Error([.. weights.Zip(rounded, (weight, value) => (double)weight - value)]);
            alone += Error([.. weights.Select(weight => weight - Math.Round((double)weight))]);
        }

        Assert.True(withFeedback < 0.5 * alone, $"{withFeedback} with feedback, {alone} without");
    }
}
