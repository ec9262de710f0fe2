using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaskApi.Training.Fitting;

/// <summary>
/// Exponential running average of the weights, which generalizes better than the last step's (Polyak and Juditsky, 1992). The decay grows
/// from 0, so the first steps do not linger.
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly WeightSnapshot _average;
    private readonly double _decay;

    public WeightAverage(IReadOnlyList<Parameter> parameters, double decay)
    {
        (_parameters, _decay) = (parameters, decay);
        _average = new WeightSnapshot(parameters);
    }

    /// <summary>Number of averaged steps.</summary>
    public long Steps { get; set; }

    public WeightSnapshot Snapshot => _average;

    /// <summary>Adds the weights after a step.</summary>
    public void Update()
    {
        Steps++;
        var share = 1 - Math.Min(_decay, (1.0 + Steps) / (10 + Steps));
        using var frozen = no_grad();
        using var scope = NewDisposeScope();

        // Held by name: a scalar that nothing refers to may be finalized while native code still reads it.
        using Scalar kept = 1 - share;
        using Scalar added = share;
        for (var i = 0; i < _parameters.Count; i++)
        {
            _average.Values[i].mul_(kept).add_(_parameters[i], added);
        }
    }

    public void Dispose() => _average.Dispose();
}
