using System.Numerics;

namespace MaskApi.Onnx.Quantization;

/// <summary>
/// Rounds the weights of an output channel one after another and lets each make up for the errors of those before it, as far
/// as their inputs go together. With inputs of covariance H the error of the output is e H eᵀ; H = (U + I) D (U + I)ᵀ with U
/// strictly upper triangular, and rounding w_j + Σ e_k U_kj leaves Σ D_j ρ_j² with rounding errors |ρ_j| ≤ ½, where rounding
/// alone leaves Σ H_jj ρ_j² and more.
/// </summary>
/// <remarks>
/// Source: "LDLQ" in Chee et al., <a href="https://arxiv.org/abs/2307.13304">QuIP</a>, 2023, section 3; the same answer as
/// Frantar et al., <a href="https://arxiv.org/abs/2210.17323">GPTQ</a>, 2022.
/// </remarks>
internal sealed class ErrorFeedback
{
    // Added to the diagonal, as a share of its mean: inputs that never vary would make H singular (1 % is GPTQ's choice).
    private const double Damping = 0.01;

    private readonly int _size;

    // Row k holds U_kj for j > k.
    private readonly double[] _feedback;

    /// <summary>Prepares for inputs of a given covariance.</summary>
    /// <param name="covariance">Row-major, symmetric.</param>
    public ErrorFeedback(double[] covariance)
    {
        _size = (int)Math.Sqrt(covariance.Length);
        _feedback = (double[])covariance.Clone();
        var mean = Enumerable.Range(0, _size).Average(i => covariance[(i * _size) + i]);
        for (var i = 0; i < _size; i++)
        {
            _feedback[(i * _size) + i] += mean > 0 ? Damping * mean : 1;
        }

        Factorize();
    }

    /// <summary>Rounds one output channel.</summary>
    /// <param name="weights">The weights, in the order of the covariance.</param>
    /// <param name="scale">weight = scale · integer.</param>
    /// <param name="rounded">Receives the integers.</param>
    public void Round(ReadOnlySpan<float> weights, double scale, Span<int> rounded)
    {
        var wanted = new double[_size];
        for (var i = 0; i < _size; i++)
        {
            wanted[i] = weights[i] / scale;
        }

        for (var i = 0; i < _size; i++)
        {
            rounded[i] = (int)Math.Round(wanted[i]);
            var error = (weights[i] / scale) - rounded[i];
            if (error != 0)
            {
                AddScaled(wanted.AsSpan(i + 1), _feedback.AsSpan((i * _size) + i + 1, _size - i - 1), error);
            }
        }
    }

    // In place, from the last column to the first: D_j = H_jj − Σ U_jk² D_k, U_ij = (H_ij − Σ U_ik U_jk D_k) / D_j, k > j. As
    // soon as a column is done, its share is taken out of everything above and left of it.
    private void Factorize()
    {
        var column = new double[_size];
        for (var j = _size - 1; j > 0; j--)
        {
            var pivot = _feedback[(j * _size) + j];
            for (var i = 0; i < j; i++)
            {
                column[i] = _feedback[(i * _size) + j];
            }

            for (var i = 0; i < j; i++)
            {
                var factor = column[i] / pivot;
                _feedback[(i * _size) + j] = factor;
                if (factor != 0)
                {
                    AddScaled(_feedback.AsSpan((i * _size) + i, j - i), column.AsSpan(i, j - i), -factor);
                }
            }
        }
    }

    private static void AddScaled(Span<double> target, ReadOnlySpan<double> source, double factor)
    {
        var i = 0;
        for (; i + Vector<double>.Count <= target.Length; i += Vector<double>.Count)
        {
            (new Vector<double>(target[i..]) + (factor * new Vector<double>(source[i..]))).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] += factor * source[i];
        }
    }
}
