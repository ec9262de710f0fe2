namespace MaskApi.Training.Data;

/// <summary>
/// A small random generator whose stream depends only on its seeds, on every platform and runtime (SplitMix64; Steele, Lea and Flood,
/// 2014). Each sample of each epoch gets its own, so the order in which workers finish does not matter.
/// </summary>
public sealed class SeededRandom
{
    private ulong _state;

    /// <summary>Starts a stream.</summary>
    /// <param name="seeds">For instance the run's seed, the epoch and the sample's index.</param>
    public SeededRandom(params ReadOnlySpan<long> seeds)
    {
        foreach (var seed in seeds)
        {
            _state = Mix(_state ^ Mix((ulong)seed + 0x9E3779B97F4A7C15));
        }
    }

    /// <summary>A uniform number in [0, 1).</summary>
    public double Next() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform number in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    /// <param name="low">Lower bound.</param>
    /// <param name="high">Upper bound.</param>
    public double Uniform(double low, double high) => low + ((high - low) * Next());

    /// <summary>A number whose logarithm is uniform.</summary>
    /// <param name="low">Lower bound, above 0.</param>
    /// <param name="high">Upper bound.</param>
    public double LogUniform(double low, double high) => Math.Exp(Uniform(Math.Log(low), Math.Log(high)));

    /// <summary>A normally distributed number.</summary>
    /// <param name="deviation">Standard deviation; the mean is 0.</param>
    public double Normal(double deviation) => deviation * Math.Sqrt(-2 * Math.Log(1 - Next())) * Math.Cos(2 * Math.PI * Next());

    /// <summary>An integer from 0 to <paramref name="bound"/> − 1.</summary>
    /// <param name="bound">Above 0.</param>
    public int Below(int bound) => (int)(Next() * bound);

    /// <summary>True with probability <paramref name="probability"/>.</summary>
    /// <param name="probability">0–1.</param>
    public bool Chance(double probability) => Next() < probability;

    /// <summary>Shuffles a list in place (Fisher–Yates).</summary>
    /// <typeparam name="T">Type of the items.</typeparam>
    /// <param name="items">The list.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
