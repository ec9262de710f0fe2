using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaskApi.Training.Fitting;

/// <summary>A copy of some parameters' values.</summary>
internal sealed class WeightSnapshot : IDisposable
{
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly Tensor[] _values;

    public WeightSnapshot(IReadOnlyList<Parameter> parameters)
    {
        using var frozen = no_grad();
        _parameters = parameters;
        _values = [.. parameters.Select(p => p.detach().clone().DetachFromDisposeScope())];
    }

    public IReadOnlyList<Tensor> Values => _values;

    /// <summary>Copies the current values.</summary>
    public void Take()
    {
        using var frozen = no_grad();
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i].copy_(_parameters[i]);
        }
    }

    /// <summary>Restores the copied values.</summary>
    public void Restore()
    {
        using var frozen = no_grad();
        for (var i = 0; i < _values.Length; i++)
        {
            _parameters[i].copy_(_values[i]);
        }
    }

    /// <summary>Swaps the copied and the current values.</summary>
    public void Swap()
    {
        using var frozen = no_grad();
        for (var i = 0; i < _values.Length; i++)
        {
            using var current = _parameters[i].detach().clone();
            _parameters[i].copy_(_values[i]);
            _values[i].copy_(current);
        }
    }

    public void Dispose()
    {
        foreach (var value in _values)
        {
            value.Dispose();
        }
    }
}
