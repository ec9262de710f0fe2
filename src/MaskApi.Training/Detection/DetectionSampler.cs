using MaskApi.Training.Data;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Detection;

/// <summary>Random choices of the sampler. Probabilities are 0–1.</summary>
internal sealed record SamplerOptions
{
    /// <summary>Side of the square view in pixels, a multiple of 32.</summary>
    public int Side { get; init; } = 192;

    /// <summary>Probability of a generated view without any face.</summary>
    public double Textures { get; init; } = 0.1;

    /// <summary>Probability of centering on a face or a decoy instead of a random place in the picture.</summary>
    public double AtFace { get; init; } = 0.85;

    /// <summary>Minimum longer side of that face in the view, in pixels.</summary>
    public double MinFace { get; init; } = 9;

    /// <summary>Maximum longer side of that face in the view, in pixels.</summary>
    public double MaxFace { get; init; } = 175;

    /// <summary>Probability of rotating the view.</summary>
    public double Rotate { get; init; } = 0.45;

    /// <summary>Share of rotated views with any angle; the others are rotated by a few degrees.</summary>
    public double AnyAngle { get; init; } = 0.35;

    /// <summary>Standard deviation of small rotations, in degrees.</summary>
    public double Degrees { get; init; } = 18;

    /// <summary>Probability of a random border color outside the picture instead of black, as in letterboxes.</summary>
    public double ColoredBorder { get; init; } = 0.3;

    /// <summary>Photometric augmentation. Its box and shape settings are not used.</summary>
    public Augmentation Appearance { get; init; } = new()
    {
        Tone = 0.8,
        Saturation = 0.5,
        Gray = 0.12,
        Blur = 0.25,
        Noise = 0.25,
        Jpeg = 0.35,
    };
}

/// <summary>Renders training views: a random face at a random size and place, rotated, mirrored and degraded.</summary>
internal static class DetectionSampler
{
    // Faces with a smaller visible share are ignored, or below MinPresent treated as absent.
    private const float MinVisible = 0.35f;
    private const float MinPresent = 0.15f;

    // Faces with fewer pixels are unrecognizable.
    private const float MinSide = 7;

    // Larger enlargements show pixels, not faces.
    private const double MaxEnlargement = 6;
    private const double MaxTinyFaceEnlargement = 4;

    /// <summary>Renders one view.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">Random choices.</param>
    /// <param name="random">Source of randomness. Equal seeds give equal views.</param>
    /// <returns>uint8 <c>[side, side, 3]</c>, RGB, and the faces in it, in pixels of the view.</returns>
    public static (RgbImage View, IReadOnlyList<TrainingFace> Faces) Sample(
        TrainingPicture picture, SamplerOptions options, SeededRandom random)
    {
        var view = new RgbImage(options.Side, options.Side);
        if (random.Chance(options.Textures))
        {
            TextureGenerator.Paint(view, random);
            return (Degrade(view, options.Appearance, random), []);
        }

        var (map, scale, mirror) = ChooseView(picture, options, random);
        var border = random.Chance(options.ColoredBorder)
            ? ((byte)random.Below(256), (byte)random.Below(256), (byte)random.Below(256))
            : default;
        ViewWarper.Render(picture.Levels, map, scale, border, view);
        return (Degrade(view, options.Appearance, random), Visible(picture.Faces, map, mirror, options.Side));
    }

    /// <summary>Maps faces into a view.</summary>
    /// <param name="faces">The faces, in pixels of the picture.</param>
    /// <param name="map">From the picture to the view.</param>
    /// <param name="mirror">Whether the map mirrors, so that the person's left and right swap.</param>
    /// <param name="side">Side of the view, in pixels.</param>
    public static IReadOnlyList<TrainingFace> Visible(IReadOnlyList<TrainingFace> faces, AffineMap map, bool mirror, int side)
    {
        var seen = new List<TrainingFace>(faces.Count);
        foreach (var face in faces)
        {
            var whole = map.Apply(face.Box);
            var clipped = whole.ClipTo(side, side);
            if (clipped.Area <= 0)
            {
                continue;
            }

            var visible = clipped.Area / whole.Area;
            if (!face.Ignored && visible < MinPresent)
            {
                continue;
            }

            var ignored = face.Ignored || visible < MinVisible || Math.Max(whole.Width, whole.Height) < MinSide;
            seen.Add(new TrainingFace(clipped, face.Landmarks is { } points ? Moved(points, map, mirror) : null, ignored));
        }

        return seen;
    }

    private static (AffineMap Map, double Scale, bool Mirror) ChooseView(
        TrainingPicture picture, SamplerOptions options, SeededRandom random)
    {
        var degrees = !random.Chance(options.Rotate) ? 0
            : random.Chance(options.AnyAngle) ? random.Uniform(-180, 180)
            : random.Normal(options.Degrees);
        var mirror = random.Chance(0.5);
        var stretch = Math.Exp(random.Normal(0.06));
        PixelBox[] targets = picture.FaceCount > 0
            ? [.. picture.Faces.Where(face => !face.Ignored).Select(face => face.Box)]
            : [.. picture.Decoys];
        if (targets.Length == 0 || !random.Chance(options.AtFace))
        {
            var fit = (double)options.Side / Math.Max(picture.Image.Width, picture.Image.Height);
            var scale = fit * random.LogUniform(0.6, picture.Faces.Count > 0 ? 3 : 6);
            var place = new PixelPoint((float)random.Uniform(0, picture.Image.Width), (float)random.Uniform(0, picture.Image.Height));
            return (AffineMap.Place(place, options.Side / 2.0, options.Side / 2.0, scale, degrees, mirror, stretch), scale, mirror);
        }

        var box = targets[random.Below(targets.Length)];
        var length = Math.Max(box.Width, box.Height);
        var target = random.LogUniform(options.MinFace, options.MaxFace);
        var enlargement = Math.Min(target / length, length > 10 ? MaxEnlargement : MaxTinyFaceEnlargement);

        // Anywhere well inside: large faces stay near the middle and are seldom cut deeply.
        var reach = Math.Max(0.05, 0.5 - (0.45 * target / options.Side)) * options.Side;
        var (x, y) = ((options.Side / 2.0) + random.Uniform(-reach, reach), (options.Side / 2.0) + random.Uniform(-reach, reach));
        return (AffineMap.Place(box.Center, x, y, enlargement, degrees, mirror, stretch), enlargement, mirror);
    }

    private static RgbImage Degrade(RgbImage view, Augmentation how, SeededRandom random)
    {
        Photometry.Apply(view, how, random);
        if (random.Chance(how.Blur))
        {
            view = Photometry.Blur(view, random.Uniform(0.4, 1.6));
        }

        if (random.Chance(how.Noise))
        {
            Photometry.AddNoise(view, random.Uniform(2, 14), random);
        }

        return random.Chance(how.Jpeg) ? RgbImage.Decode(view.ToJpeg((int)random.Uniform(25, 90))) : view;
    }

    private static FaceLandmarks Moved(FaceLandmarks points, AffineMap map, bool mirror)
    {
        var moved = new FaceLandmarks(
            map.Apply(points.RightEye),
            map.Apply(points.LeftEye),
            map.Apply(points.NoseTip),
            map.Apply(points.Mouth),
            map.Apply(points.RightEarTragion),
            map.Apply(points.LeftEarTragion));
        return mirror ? moved.Mirrored() : moved;
    }
}
