namespace MaskApi.Onnx.Quantization;

/// <summary>The least and the greatest value of each channel of one value.</summary>
internal sealed class ChannelRange
{
    private readonly float[] _minima;
    private readonly float[] _maxima;

    public ChannelRange(int channels)
    {
        _minima = new float[channels];
        _maxima = new float[channels];
        Array.Fill(_minima, float.PositiveInfinity);
        Array.Fill(_maxima, float.NegativeInfinity);
    }

    public int Channels => _minima.Length;

    /// <summary>Takes in one picture.</summary>
    /// <param name="elements">Row-major <c>[channels, height, width]</c>.</param>
    public void Add(ReadOnlySpan<float> elements)
    {
        var size = elements.Length / Channels;
        for (var channel = 0; channel < Channels; channel++)
        {
            foreach (var element in elements.Slice(channel * size, size))
            {
                _minima[channel] = Math.Min(_minima[channel], element);
                _maxima[channel] = Math.Max(_maxima[channel], element);
            }
        }
    }

    /// <summary>The largest absolute value of a channel.</summary>
    public float Reach(int channel) => Math.Max(Math.Abs(_minima[channel]), Math.Abs(_maxima[channel]));

    /// <summary>The range of all channels together, once each is multiplied by its factor.</summary>
    public ActivationRange Scaled(ReadOnlySpan<float> factors)
    {
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        for (var channel = 0; channel < Channels; channel++)
        {
            low = Math.Min(low, _minima[channel] * factors[channel]);
            high = Math.Max(high, _maxima[channel] * factors[channel]);
        }

        return new ActivationRange(low, high);
    }
}
