using MaskApi.Onnx.Graphs;

namespace MaskApi.Onnx.Tests.Graphs;

/// <summary>Random weights for small graphs, the same in every run.</summary>
/// <param name="graph">The graph that gets the constants.</param>
internal sealed class RandomConstants(GraphBuilder graph)
{
    private readonly Random _random = new(1);

    /// <summary>Adds a constant with values in −0.5–0.5.</summary>
    public string Draw(string name, params ReadOnlySpan<long> shape)
    {
        var values = new float[(int)shape.ToArray().Aggregate((product, extent) => product * extent)];
        foreach (ref var value in values.AsSpan())
        {
            value = (float)_random.NextDouble() - 0.5f;
        }

        return graph.Constant(name, values, shape);
    }
}
