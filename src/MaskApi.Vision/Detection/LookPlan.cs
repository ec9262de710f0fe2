namespace MaskApi.Vision.Detection;

/// <summary>One run of a detector.</summary>
/// <param name="Model">Which detector.</param>
/// <param name="Region">The square of the picture that it sees.</param>
public readonly record struct Look(FaceModel Model, SquareRegion Region);

/// <summary>
/// Which squares of a picture are looked at. The plan depends on the picture's size and the effort alone, never on what
/// is found, so its cost is known beforehand and has a ceiling: <see cref="MaxLooks"/>.
/// </summary>
public static class LookPlan
{
    /// <summary>Most looks of any plan.</summary>
    public const int MaxLooks = 1 + (3 * MaxTilesPerLevel);

    /// <summary>
    /// Share of a tile's side by which neighbors overlap: a face up to this size is whole in one of them; larger ones
    /// are seen by the level above.
    /// </summary>
    public const float Overlap = 0.25f;

    /// <summary>
    /// Least side of a tile in pixels: half the model's input. Further enlarged, a picture shows the model no more.
    /// </summary>
    public const int LeastTileSide = 96;

    private const int MaxTilesPerLevel = 32;

    /// <summary>The looks for a picture, the whole picture first.</summary>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    /// <param name="detail">Effort.</param>
    public static IReadOnlyList<Look> For(int width, int height, DetectionDetail detail)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var looks = new List<Look>();
        var side = Math.Max(width, height);
        looks.Add(new Look(FaceModel.FullRange, new SquareRegion((width - side) / 2f, (height - side) / 2f, side)));
        var levels = detail switch
        {
            DetectionDetail.Fast => 0,
            DetectionDetail.Auto => 2,
            DetectionDetail.High => 3,
            _ => throw new ArgumentOutOfRangeException(nameof(detail)),
        };
        for (var tilesAcross = 1; tilesAcross <= levels; tilesAcross++)
        {
            AddTiles(looks, width, height, tilesAcross);
        }

        return looks;
    }

    /// <summary>Covers the picture with overlapping squares, so many across its short side.</summary>
    private static void AddTiles(List<Look> looks, int width, int height, int tilesAcross)
    {
        var (shortSide, longSide) = (Math.Min(width, height), Math.Max(width, height));
        var side = shortSide / (1 + ((tilesAcross - 1) * (1 - Overlap)));
        var along = Count(longSide, side);
        if (along * tilesAcross > MaxTilesPerLevel)
        {
            // A strip: larger tiles, which reach beyond its short side.
            along = MaxTilesPerLevel / tilesAcross;
            side = longSide / (1 + ((along - 1) * (1 - Overlap)));
        }

        if (side < LeastTileSide || along * tilesAcross == 1)
        {
            return;
        }

        var (columns, rows) = width >= height ? (along, tilesAcross) : (tilesAcross, along);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                looks.Add(new Look(FaceModel.FullRange, new SquareRegion(Place(column, columns, width, side), Place(row, rows, height, side), side)));
            }
        }
    }

    /// <summary>How many squares it takes along a length, neighbors overlapping by <see cref="Overlap"/> at least.</summary>
    private static int Count(float length, float side) =>
        1 + (int)MathF.Ceiling(((length - side) / (side * (1 - Overlap))) - 1e-3f);

    /// <summary>Evenly spaced from edge to edge; a single one is centered.</summary>
    private static float Place(int index, int count, float length, float side) =>
        count == 1 ? (length - side) / 2 : index * (length - side) / (count - 1);
}
