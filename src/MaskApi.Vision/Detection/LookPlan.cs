namespace MaskApi.Vision.Detection;

/// <summary>One run of a detector.</summary>
/// <param name="Model">Which detector.</param>
/// <param name="Region">The square of the picture that it sees.</param>
/// <param name="LeastFace">Narrowest face that is believed, as a share of the square's side: narrower ones are left to closer looks.</param>
public readonly record struct Look(FaceModel Model, SquareRegion Region, float LeastFace);

/// <summary>
/// Which squares of a picture are looked at. The plan depends on the picture's size and the effort alone, never on what
/// is found, so its cost is known beforehand and has a ceiling: <see cref="MaxLooks"/>.
/// </summary>
/// <remarks>
/// <see cref="DetectionDetail.Fast"/> is the full-range model over the whole picture. <see cref="DetectionDetail.Auto"/>
/// adds the short-range model over the whole picture, with and without a margin, for faces that fill it, and three levels
/// of tiles for the full-range model; <see cref="DetectionDetail.High"/> adds a fourth level, which matters where a picture
/// has pixels to spare.
/// </remarks>
public static class LookPlan
{
    /// <summary>Most looks of any plan.</summary>
    public const int MaxLooks = 3 + (4 * MaxTilesPerLevel);

    /// <summary>
    /// Share of a tile's side by which neighbors overlap: a face up to this size is whole in one of them; larger ones
    /// are seen by the level above.
    /// </summary>
    public const float Overlap = 0.25f;

    /// <summary>
    /// Least side of a tile in pixels: half the model's input. Further enlarged, a picture shows the model no more.
    /// </summary>
    public const int LeastTileSide = 96;

    /// <summary>
    /// Where a closer level follows, the full-range model's smallest finds (up to 12 of its 192 pixels) are left to it:
    /// their boxes are often off by half a face. Worth 0.006 of AP50 and 0.016 of precision on kaggle853-dev, part <c>fit</c>.
    /// </summary>
    private const float LeastFaceBeforeCloserLook = 0.06f;

    /// <summary>
    /// The short-range model is asked for large faces only, which the full-range model misses; its smaller finds bring
    /// more false alarms than faces (AP50 0.724 without this bound, 0.739 with it and 0.737 without the model; same data).
    /// </summary>
    private const float LeastShortRangeFace = 0.3f;

    /// <summary>Side of the square with a margin around the picture, in long sides of the picture.</summary>
    private const float WithMargin = 1.5f;

    private const int MaxTilesPerLevel = 32;

    /// <summary>The looks for a picture, the whole picture first.</summary>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    /// <param name="detail">Effort.</param>
    public static IReadOnlyList<Look> For(int width, int height, DetectionDetail detail)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var levels = detail switch
        {
            DetectionDetail.Fast => 0,
            DetectionDetail.Auto => 3,
            DetectionDetail.High => 4,
            _ => throw new ArgumentOutOfRangeException(nameof(detail)),
        };
        var whole = Around(width, height, 1);
        var looks = new List<Look> { new(FaceModel.FullRange, whole, LeastFaceBeforeCloserLook) };
        if (detail != DetectionDetail.Fast)
        {
            looks.Add(new Look(FaceModel.ShortRange, whole, LeastShortRangeFace));
            looks.Add(new Look(FaceModel.ShortRange, Around(width, height, WithMargin), LeastShortRangeFace));
        }

        for (var level = 1; level <= levels; level++)
        {
            AddTiles(looks, width, height, tilesAcross: level);
        }

        BelieveClosestLooks(looks);
        return looks;
    }

    /// <summary>A square centered on the picture, so many of its long sides wide.</summary>
    private static SquareRegion Around(int width, int height, float scale)
    {
        var side = Math.Max(width, height) * scale;
        return new SquareRegion((width - side) / 2, (height - side) / 2, side);
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
                var region = new SquareRegion(Place(column, columns, width, side), Place(row, rows, height, side), side);
                looks.Add(new Look(FaceModel.FullRange, region, LeastFaceBeforeCloserLook));
            }
        }
    }

    /// <summary>No closer look follows the last level's, whichever level that is for a picture of this size.</summary>
    private static void BelieveClosestLooks(List<Look> looks)
    {
        var closest = looks.Where(look => look.Model == FaceModel.FullRange).Min(look => look.Region.Side);
        for (var i = 0; i < looks.Count; i++)
        {
            if (looks[i].Model == FaceModel.FullRange && looks[i].Region.Side == closest)
            {
                looks[i] = looks[i] with { LeastFace = 0 };
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
