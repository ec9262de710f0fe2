using static TorchSharp.torch;

namespace MaskApi.Training.Detection;

/// <summary>The face that each cell is responsible for.</summary>
/// <param name="Positive">bool <c>[n, rows, columns]</c>: whether the cell is responsible for a face.</param>
/// <param name="Ignored">bool <c>[n, rows, columns]</c>: whether the cell's score is excluded from training.</param>
/// <param name="Face">int64 <c>[n, rows, columns]</c>: index of the face's row among all rows of the batch, for positive cells.</param>
/// <param name="Rows">float <c>[n · faces, 18]</c>: all rows of the batch.</param>
internal sealed record DetectionTargets(Tensor Positive, Tensor Ignored, Tensor Face, Tensor Rows)
{
    // Cells within this share of the box around its center are positive, or at least the nearest one.
    private const double Core = 0.2;

    // Cells farther out, up to this share, are ignored.
    private const double Ring = 0.35;

    /// <summary>
    /// Assigns cells to faces. Cells near a face's center are positive (the smallest face wins), cells around them and on ignored faces are
    /// ignored, and all others are negative.
    /// </summary>
    /// <param name="faces">float <c>[n, faces, 18]</c>, with the layout of <see cref="FaceRow"/>.</param>
    /// <param name="rows">Rows of cells.</param>
    /// <param name="columns">Columns of cells.</param>
    public static DetectionTargets Assign(Tensor faces, long rows, long columns)
    {
        using var scope = NewDisposeScope();
        Tensor Column(int index) => faces.select(2, index).unsqueeze(2);
        var (width, height, kind) = (Column(2), Column(3), Column(FaceRow.Kind));
        var dx = (Centers(columns, faces.device) - Column(0) - (width / 2)).abs();
        var dy = (Centers(rows, faces.device) - Column(1) - (height / 2)).abs();
        var (certain, ignorable) = (kind == FaceRow.Certain, kind == FaceRow.Ignored);

        // [n, faces, rows] and [n, faces, columns] are far smaller than their product, which is only formed for the results.
        static Tensor Both(Tensor down, Tensor across) => down.unsqueeze(3).logical_and(across.unsqueeze(2));
        const double halfCell = DetectorNetwork.Stride / 2.0;
        var core = Both(
            (dy <= (Core * height).clamp_min(halfCell + 0.01)).logical_and(certain), dx <= (Core * width).clamp_min(halfCell + 0.01));
        var ring = Both(
            (dy <= (Ring * height).clamp_min((2 * halfCell) + 0.01)).logical_and(certain),
            dx <= (Ring * width).clamp_min((2 * halfCell) + 0.01));
        var unsure = Both((dy <= (0.5 * height) + halfCell).logical_and(ignorable), dx <= (0.5 * width) + halfCell);

        var area = where(core, (width * height).unsqueeze(3), float.PositiveInfinity);
        var (smallest, index) = area.min(1);
        var positive = smallest.isfinite();
        var ignored = ring.logical_or(unsure).any(1).logical_and(positive.logical_not());
        var offsets = arange(faces.shape[0], device: faces.device).mul(faces.shape[1]).reshape(-1, 1, 1);
        return new DetectionTargets(
            positive.MoveToOuterDisposeScope(),
            ignored.MoveToOuterDisposeScope(),
            (index + offsets).MoveToOuterDisposeScope(),
            faces.reshape(-1, FaceRow.Length).MoveToOuterDisposeScope());
    }

    /// <summary>Cell centers along one axis, in pixels.</summary>
    /// <param name="count">Number of cells.</param>
    /// <param name="device">The device of the result.</param>
    public static Tensor Centers(long count, Device device) =>
        arange(count, dtype: ScalarType.Float32, device: device).add(0.5).mul(DetectorNetwork.Stride);
}
