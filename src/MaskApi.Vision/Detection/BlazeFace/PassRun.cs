using MaskApi.Vision.Inference;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>A pass for a batch, with its caller's buffers.</summary>
/// <param name="Width">Width of the input in pixels.</param>
/// <param name="Height">Height of the input in pixels.</param>
/// <param name="Input">The input, <c>uint8[Height, Width, 3]</c>, RGB.</param>
/// <param name="Scores">The scores, one for each anchor; filled by the run.</param>
/// <param name="Boxes">The boxes, four values for each anchor; filled by the run.</param>
/// <param name="Keypoints">The key points, twelve values for each anchor; filled by the run.</param>
internal readonly record struct PassRun(
    int Width, int Height, NativeBuffer<byte> Input, NativeBuffer<float> Scores, NativeBuffer<float> Boxes, NativeBuffer<float> Keypoints);
