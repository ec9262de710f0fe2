using static TorchSharp.torch;

namespace MaskApi.Training.Detection;

/// <summary>Converts bytes to the network's input.</summary>
internal static class DetectorInput
{
    /// <summary>Uploads square views.</summary>
    /// <param name="rgb">uint8 <c>[count, side, side, 3]</c>.</param>
    /// <param name="count">Number of views.</param>
    /// <param name="side">Side of a view, in pixels.</param>
    /// <param name="device">The device of the result.</param>
    /// <returns>float <c>[count, 3, side, side]</c>, −1–1, channels last in memory.</returns>
    public static Tensor Of(byte[] rgb, int count, int side, Device device)
    {
        using var scope = NewDisposeScope();
        var bytes = tensor(rgb, [count, side, side, 3], ScalarType.Byte).to(device);
        return bytes.permute(0, 3, 1, 2).to_type(ScalarType.Float32).div_(127.5).sub_(1).MoveToOuterDisposeScope();
    }
}
