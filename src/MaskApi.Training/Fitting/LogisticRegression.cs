namespace MaskApi.Training.Fitting;

/// <summary>Logistic regression with a ridge penalty, fitted by Newton's method (iteratively reweighted least squares).</summary>
internal static class LogisticRegression
{
    private const int MostSteps = 100;

    private const double Enough = 1e-9;

    /// <summary>Fits a constant and one weight for each column.</summary>
    /// <param name="rows">Observations, each of the same number of columns.</param>
    /// <param name="labels">For each observation, whether it is positive.</param>
    /// <param name="penalty">Weight of half the squared length of the weights, per standard deviation of their column; the constant is free.</param>
    /// <returns>The constant, then the weights.</returns>
    /// <exception cref="ArgumentException">There is nothing to fit, or only one kind of label.</exception>
    public static double[] Fit(IReadOnlyList<float[]> rows, IReadOnlyList<bool> labels, double penalty)
    {
        if (rows.Count != labels.Count || labels.All(label => label) || !labels.Any(label => label))
            throw new ArgumentException("Fitting takes observations of both kinds.", nameof(labels));
        var columns = rows[0].Length;
        var (means, deviations) = Moments(rows, columns);
        var weights = new double[columns + 1];
        var row = new double[columns + 1];
        for (var step = 0; step < MostSteps; step++)
        {
            var gradient = new double[columns + 1];
            var curvature = new double[columns + 1, columns + 1];
            for (var i = 0; i < rows.Count; i++)
            {
                row[0] = 1;
                for (var k = 0; k < columns; k++)
                    row[k + 1] = (rows[i][k] - means[k]) / deviations[k];
                var probability = 1 / (1 + Math.Exp(-Dot(weights, row)));
                var slope = Math.Max(1e-9, probability * (1 - probability));
                for (var k = 0; k <= columns; k++)
                {
                    gradient[k] += row[k] * (probability - (labels[i] ? 1 : 0));
                    for (var j = 0; j <= k; j++)
                        curvature[k, j] += row[k] * row[j] * slope;
                }
            }

            for (var k = 1; k <= columns; k++)
            {
                gradient[k] += penalty * weights[k];
                curvature[k, k] += penalty;
            }

            var change = SolveSymmetric(curvature, gradient);
            for (var k = 0; k <= columns; k++)
                weights[k] -= change[k];
            if (change.Max(Math.Abs) < Enough)
                break;
        }

        // Back from standardized columns to the columns themselves.
        for (var k = 0; k < columns; k++)
        {
            weights[k + 1] /= deviations[k];
            weights[0] -= weights[k + 1] * means[k];
        }

        return weights;
    }

    /// <summary>The probability that an observation is positive.</summary>
    /// <param name="weights">What <see cref="Fit"/> returned.</param>
    /// <param name="row">The observation.</param>
    public static double Probability(double[] weights, float[] row)
    {
        var logit = weights[0];
        for (var k = 0; k < row.Length; k++)
            logit += weights[k + 1] * row[k];
        return 1 / (1 + Math.Exp(-logit));
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

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    // By Cholesky's factors of the lower triangle, which the curvature of a penalized likelihood always has.
    private static double[] SolveSymmetric(double[,] matrix, double[] right)
    {
        var n = right.Length;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i, j];
                for (var k = 0; k < j; k++)
                    sum -= matrix[i, k] * matrix[j, k];
                matrix[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / matrix[j, j];
            }
        }

        var solution = (double[])right.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
                solution[i] -= matrix[i, k] * solution[k];
            solution[i] /= matrix[i, i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
                solution[i] -= matrix[k, i] * solution[k];
            solution[i] /= matrix[i, i];
        }

        return solution;
    }
}
