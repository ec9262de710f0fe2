using MaskApi.Training.Network;
using static TorchSharp.torch;

namespace MaskApi.Training.Fitting;

/// <summary>Logistic regression with a ridge penalty, fitted by Newton's method (iteratively reweighted least squares).</summary>
internal static class LogisticRegression
{
    private const int MaxSteps = 100;

    private const double Enough = 1e-9;

    /// <summary>Fits an intercept and one weight per column.</summary>
    /// <param name="rows">Observations, each of the same number of columns.</param>
    /// <param name="labels">Whether each observation is positive.</param>
    /// <param name="penalty">Weight of half the squared norm of the weights, per standard deviation of their column; the intercept is
    /// free.</param>
    /// <param name="importance">How many observations each one stands for, at least 0; null means one each.</param>
    /// <returns>The intercept, then the weights.</returns>
    /// <exception cref="ArgumentException">There is nothing to fit, or only one class.</exception>
    public static double[] Fit(
        IReadOnlyList<float[]> rows, IReadOnlyList<bool> labels, double penalty, IReadOnlyList<double>? importance = null)
    {
        if (importance is not null && importance.Count != rows.Count)
        {
            throw new ArgumentException($"{importance.Count} weights for {rows.Count} observations.", nameof(importance));
        }

        if (rows.Count != labels.Count || labels.All(label => label) || !labels.Any(label => label))
        {
            throw new ArgumentException("Fitting needs both positive and negative observations.", nameof(labels));
        }

        TorchLoader.EnsureLoaded();
        var columns = rows[0].Length;
        var (means, deviations) = Moments(rows, columns);
        using var scope = NewDisposeScope();
        var observations = ones(rows.Count, columns + 1, dtype: ScalarType.Float64);
        observations[TensorIndex.Colon, TensorIndex.Slice(1)] = (Matrix(rows, columns) - tensor(means)) / tensor(deviations);
        var targets = tensor([.. labels.Select(label => label ? 1.0 : 0.0)]);
        var shares = importance is null ? ones_like(targets) : tensor([.. importance]);
        var penalties = full(columns + 1, penalty, dtype: ScalarType.Float64);
        penalties[0] = 0;
        var fitted = zeros(columns + 1, dtype: ScalarType.Float64);
        for (var step = 0; step < MaxSteps; step++)
        {
            using var temporaries = NewDisposeScope();
            var probabilities = observations.matmul(fitted).sigmoid();
            var slopes = shares * (probabilities * (1 - probabilities)).clamp_min(1e-9);
            var gradient = observations.T.matmul(shares * (probabilities - targets)) + (penalties * fitted);
            var curvature = observations.T.matmul(observations * slopes.unsqueeze(1)) + diag(penalties);
            var change = linalg.solve(curvature, gradient);
            fitted.sub_(change);
            if (change.abs().max().item<double>() < Enough)
            {
                break;
            }
        }

        var weights = fitted.data<double>().ToArray();

        // Convert from standardized to original columns.
        for (var k = 0; k < columns; k++)
        {
            weights[k + 1] /= deviations[k];
            weights[0] -= weights[k + 1] * means[k];
        }

        return weights;
    }

    private static (double[] Means, double[] Deviations) Moments(IReadOnlyList<float[]> rows, int columns)
    {
        var (means, deviations) = (new double[columns], new double[columns]);
        for (var k = 0; k < columns; k++)
        {
            means[k] = rows.Average(row => row[k]);
            var deviation = Math.Sqrt(rows.Average(row => Math.Pow(row[k] - means[k], 2)));
            deviations[k] = deviation > 1e-9 ? deviation : 1;
        }

        return (means, deviations);
    }

    private static Tensor Matrix(IReadOnlyList<float[]> rows, int columns)
    {
        var numbers = new float[rows.Count * columns];
        for (var i = 0; i < rows.Count; i++)
        {
            rows[i].CopyTo(numbers, i * columns);
        }

        return tensor(numbers, rows.Count, columns).to(ScalarType.Float64);
    }
}
