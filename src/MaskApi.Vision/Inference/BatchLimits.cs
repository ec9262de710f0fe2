namespace MaskApi.Vision.Inference;

/// <summary>When a batch starts, and how much may wait for it.</summary>
/// <param name="Size">Maximum number of inputs in a batch.</param>
internal readonly record struct BatchLimits(int Size)
{
    /// <summary>How long the first input of a batch waits for others.</summary>
    internal TimeSpan Wait { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Maximum number of inputs in the queue; then callers wait.</summary>
    internal int QueueLength { get; init; } = 4 * Size;
}
