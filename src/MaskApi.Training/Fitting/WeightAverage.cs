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
        for (var i = 0; i < _parameters.Count; i++)
        {
            _average.Values[i].mul_(1 - share).add_(_parameters[i], share);
        }
    }

    public void Dispose() => _average.Dispose();
}
