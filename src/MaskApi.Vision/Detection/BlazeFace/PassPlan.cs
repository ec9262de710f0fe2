using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>
/// The passes over a picture. The plan depends on the picture's size and the effort alone, and what is found can only remove passes, so its
/// cost never exceeds <see cref="MaxInputPixels"/>.
/// </summary>
/// <remarks>
/// The detector sees faces of about 9 to 175 input pixels. A pass shows the whole picture at one scale in one run, so no face is cut or
/// seen twice. Where that would be too large for one run, overlapping tiles take its place. Cost is counted in input pixels, to which time
/// is proportional.
/// </remarks>
public sealed record PassPlan
{
    /// <summary>Input pixels of BlazeFace's original input, 192 × 192: the unit of all budgets.</summary>
    public const int Unit = 192 * 192;

    /// <summary>Maximum input pixels of one run, which bounds its memory.</summary>
    public const int MaxPixelsPerRun = 32 * Unit;

    /// <summary>Largest face, in input pixels, that tiles must show whole; larger ones are left to the coarser level.</summary>
    public const int LargestFaceInTiles = 128;

    /// <summary>How far a tile sees beyond its core, in input pixels: half of the largest face and some context.</summary>
    private const int TileMargin = (LargestFaceInTiles / 2) + 32;

    /// <summary>Size of the pass with a margin, relative to the picture.</summary>
    private const float MarginFactor = 1.5f;

    private const int MaxTiles = 64;

    /// <summary>A level must enlarge the picture at least this much over the previous one to be worth its cost.</summary>
    private const float MinStep = 1.25f;

    private PassPlan()
    {
    }

    /// <summary>The whole picture at a small scale; always run.</summary>
    public required IReadOnlyList<DetectionPass> Coarse { get; init; }

    /// <summary>Larger scales; skipped if the plan <see cref="StopsEarly"/> and one face fills the picture.</summary>
    public required IReadOnlyList<DetectionPass> Fine { get; init; }

    /// <summary>
    /// The whole picture rotated by 90, 180 and 270 degrees, to find out how it must be turned for its people to be upright; all other
    /// passes are then run in that rotation. Skipped if the plan <see cref="StopsEarly"/> and an upright face was found.
    /// </summary>
    public required IReadOnlyList<DetectionPass> Rotated { get; init; }

    /// <summary>
    /// Those of the other passes, at the next finer scale, that are run both upright and rotated before a picture in which only small faces
    /// were found is taken to be rotated.
    /// </summary>
    public IReadOnlyList<DetectionPass> SecondLook { get; init; } = [];

    /// <summary>
    /// The picture with a margin, for a face that fills it. Skipped if the plan <see cref="StopsEarly"/> and a face was found.
    /// </summary>
    public required IReadOnlyList<DetectionPass> Margin { get; init; }

    /// <summary>Whether faces found early make further passes unnecessary.</summary>
    public required bool StopsEarly { get; init; }

    /// <summary>Every pass that may run.</summary>
    public IEnumerable<DetectionPass> All => [.. Coarse, .. Rotated, .. Fine, .. Margin];

    /// <summary>Input pixels of all passes together: the most that finding faces in such a picture may cost.</summary>
    public long MaxInputPixels => All.Concat(SecondLook).Sum(pass => pass.InputPixels);

    /// <summary>Makes the plan for a picture.</summary>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    /// <param name="detail">Effort.</param>
    public static PassPlan For(int width, int height, DetectionDetail detail)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var picture = new Picture(width, height);
        switch (detail)
        {
            case DetectionDetail.Fast:
                return new PassPlan { Coarse = picture.Levels(Enlarged(1)), Rotated = [], Fine = [], Margin = [], StopsEarly = false };
            case DetectionDetail.Auto:
                var levels = picture.Levels(Enlarged(1), Enlarged(4), Native(16));
                return new PassPlan
                {
                    Coarse = levels[..1],
                    Fine = levels[1..],
                    Rotated = picture.Rotations(1),
                    SecondLook = [.. levels.Skip(1).Take(1)],
                    Margin = [picture.WithMargin()],
                    StopsEarly = true,
                };
            case DetectionDetail.High:
                levels = picture.Levels(Enlarged(1), Enlarged(4), Enlarged(16), Native(64));
                var coarse = Math.Min(2, levels.Count);

                // Rotated passes are at the scale of the second level: an upright pass at the same scale must be there to compare them with,
                // or upright faces too small for the first level would lose to what a rotated pass takes them for. The second level is a
                // single run, so a mirrored copy of it is affordable.
                return new PassPlan
                {
                    Coarse = levels[..coarse],
                    Fine = [.. levels[1..coarse].Select(pass => pass with { Mirrored = true }), .. levels[coarse..]],
                    Rotated = picture.Rotations(4),
                    SecondLook = [.. levels.Skip(2).Take(1)],
                    Margin = [picture.WithMargin()],
                    StopsEarly = false,
                };
            default:
                throw new ArgumentOutOfRangeException(nameof(detail));
        }
    }

    /// <summary>The most that any picture's plan costs, in input pixels.</summary>
    /// <param name="detail">Effort.</param>
    public static long Ceiling(DetectionDetail detail) => Unit * detail switch
    {
        DetectionDetail.Fast => 1L,
        DetectionDetail.Auto => 30,
        DetectionDetail.High => 140,
        _ => throw new ArgumentOutOfRangeException(nameof(detail)),
    };

    /// <summary>A level that may enlarge the picture, which helps small faces up to a point.</summary>
    private static (int Units, float MaxScale) Enlarged(int units) => (units, 2.5f);

    /// <summary>A level for pictures with faces too small for the previous levels.</summary>
    private static (int Units, float MaxScale) Native(int units) => (units, 1.1f);

    private readonly record struct Picture(int Width, int Height)
    {
        /// <summary>One level per budget, except those that would show little more than the previous one.</summary>
        internal List<DetectionPass> Levels(params ReadOnlySpan<(int Units, float MaxScale)> budgets)
        {
            var passes = new List<DetectionPass>();
            var last = 0f;
            foreach (var (units, maxScale) in budgets)
            {
                var scale = MathF.Min(maxScale, LargestScale((long)units * Unit));
                if (scale > MinStep * last)
                {
                    AddLevel(passes, scale);
                    last = scale;
                }
            }

            return passes;
        }

        /// <summary>The picture at half the scale of the coarsest level, surrounded by black.</summary>
        internal DetectionPass WithMargin()
        {
            var scale = LargestScale(Unit) / 2;
            return Centered(scale, RoundUp(Width * scale * MarginFactor), RoundUp(Height * scale * MarginFactor));
        }

        /// <summary>The picture rotated by 90, 180 and 270 degrees.</summary>
        internal DetectionPass[] Rotations(int units)
        {
            var scale = MathF.Min(Enlarged(units).MaxScale, LargestScale((long)units * Unit));
            var whole = new PixelBox(0, 0, Width, Height);
            var upright = new DetectionPass
            {
                Region = whole,
                SampleWidth = Math.Max(1, (int)MathF.Round(Width * scale)),
                SampleHeight = Math.Max(1, (int)MathF.Round(Height * scale)),
                Core = Everywhere,
            };
            return [upright with { Rotation = 90 }, upright with { Rotation = 180 }, upright with { Rotation = 270 }];
        }

        /// <summary>The picture and as much around it again: a face may reach beyond the picture, its center hardly does.</summary>
        private PixelBox Everywhere => PixelBox.FromEdges(-Width, -Height, 2 * Width, 2 * Height);

        private static int RoundUp(float pixels) =>
            Math.Max(1, (int)MathF.Ceiling((pixels - 0.01f) / DetectionPass.InputMultiple)) * DetectionPass.InputMultiple;

        /// <summary>
        /// The largest scale at which the picture fits an input of at most this many pixels, with sides that are multiples of 32.
        /// </summary>
        private float LargestScale(long pixels)
        {
            var cells = (int)(pixels / (DetectionPass.InputMultiple * DetectionPass.InputMultiple));
            var best = 0f;
            for (var columns = 1; columns <= cells; columns++)
            {
                best = MathF.Max(best, MathF.Min((float)columns / Width, (float)(cells / columns) / Height));
            }

            return best * DetectionPass.InputMultiple;
        }

        private DetectionPass Centered(float scale, int inputWidth, int inputHeight)
        {
            var (width, height) = (inputWidth / scale, inputHeight / scale);
            return new DetectionPass
            {
                Region = new PixelBox((Width - width) / 2, (Height - height) / 2, width, height),
                SampleWidth = inputWidth,
                SampleHeight = inputHeight,
                Core = Everywhere,
            };
        }

        private void AddLevel(List<DetectionPass> passes, float scale)
        {
            var (width, height) = (RoundUp(Width * scale), RoundUp(Height * scale));
            if ((long)width * height <= MaxPixelsPerRun)
            {
                passes.Add(Centered(scale, width, height));
                return;
            }

            AddTiles(passes, scale);
        }

        /// <summary>
        /// Covers the picture with the cores of equal tiles, as many as cost least. Each tile sees a margin around its core.
        /// </summary>
        private void AddTiles(List<DetectionPass> passes, float scale)
        {
            var (best, least) = ((Columns: 1, Rows: 1), long.MaxValue);
            for (var columns = 1; columns <= MaxTiles; columns++)
            {
                for (var rows = 1; rows * columns <= MaxTiles; rows++)
                {
                    var pixels = (long)TileSide(Width, columns, scale) * TileSide(Height, rows, scale);
                    if (pixels <= MaxPixelsPerRun && pixels * columns * rows < least)
                    {
                        (best, least) = ((columns, rows), pixels * columns * rows);
                    }
                }
            }

            var (tileWidth, tileHeight) = (TileSide(Width, best.Columns, scale), TileSide(Height, best.Rows, scale));
            for (var row = 0; row < best.Rows; row++)
            {
                for (var column = 0; column < best.Columns; column++)
                {
                    var (left, width) = Place(column, best.Columns, Width, tileWidth / scale);
                    var (top, height) = Place(row, best.Rows, Height, tileHeight / scale);
                    passes.Add(new DetectionPass
                    {
                        Region = new PixelBox(left, top, width, height),
                        SampleWidth = tileWidth,
                        SampleHeight = tileHeight,
                        Core = PixelBox.FromEdges(
                            CoreEdge(column, best.Columns, Width),
                            CoreEdge(row, best.Rows, Height),
                            CoreEdge(column + 1, best.Columns, Width),
                            CoreEdge(row + 1, best.Rows, Height)),
                    });
                }
            }
        }

        private static int TileSide(int length, int count, float scale) =>
            RoundUp((length * scale / count) + (count == 1 ? 0 : count == 2 ? TileMargin : 2 * TileMargin));

        /// <summary>Centers a tile on its core, moved inward where it would reach beyond the picture.</summary>
        private static (float Start, float Side) Place(int index, int count, int length, float side)
        {
            var middle = (index + 0.5f) * length / count;
            return (side >= length ? (length - side) / 2 : Math.Clamp(middle - (side / 2), 0, length - side), side);
        }

        /// <summary>The border between two cores. The outermost cores reach beyond the picture, as some faces do.</summary>
        private static float CoreEdge(int index, int count, int length) =>
            index == 0 ? -length : index == count ? 2 * length : (float)index * length / count;
    }
}
