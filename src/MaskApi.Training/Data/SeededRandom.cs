namespace MaskApi.Training.Data;

/// <summary>
/// A small random generator whose stream is a function of its seeds alone, on every platform and runtime (SplitMix64; Steele, Lea and
/// Flood, 2014). Each sample of each epoch gets its own, so that the order in which workers finish changes nothing.
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

    /// <summary>A number from 0 up to, not including, 1.</summary>
    public double Next() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number from <paramref name="low"/> up to <paramref name="high"/>.</summary>
    /// <param name="low">Least value.</param>
    /// <param name="high">Bound.</param>
    public double Uniform(double low, double high) => low + ((high - low) * Next());

    /// <summary>A number whose logarithm is evenly spread.</summary>
    /// <param name="low">Least value, above 0.</param>
    /// <param name="high">Bound.</param>
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

    /// <summary>Puts a list into random order (Fisher–Yates).</summary>
    /// <typeparam name="T">Of anything.</typeparam>
    /// <param name="items">The list, changed in place.</param>
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
