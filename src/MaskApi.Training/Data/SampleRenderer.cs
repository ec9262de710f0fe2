using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Data;

/// <summary>One view of a face.</summary>
/// <param name="Crop">The face.</param>
/// <param name="Side">Side of the network's input, pixels.</param>
/// <param name="Augmentation">What may be done to it; null for the plain view.</param>
/// <param name="Seed">Seeds of its randomness.</param>
/// <param name="Cover">A bare face, a piece of whose picture hides the mouth; null to hide nothing.</param>
public readonly record struct SampleRequest(
    LabelledCrop Crop, int Side, Augmentation? Augmentation, (int Run, int View, int Item) Seed, LabelledCrop? Cover = null);

/// <summary>Turns a cached cut into the square picture that the network sees: as the service would, or augmented.</summary>
public static class SampleRenderer
{
    /// <summary>The view that is asked for; equal requests give equal views.</summary>
    /// <param name="request">Which face, and how.</param>
    public static RgbImage Render(SampleRequest request) => request.Augmentation is { } how
        ? Augmented(request.Crop, request.Side, how, new SeededRandom(request.Seed.Run, request.Seed.View, request.Seed.Item), request.Cover)
        : Plain(request.Crop, request.Side);

    /// <summary>The crop that the service would make, resized as the exported graph does it.</summary>
    /// <param name="crop">The face.</param>
    /// <param name="side">Side of the network's input, pixels.</param>
    public static RgbImage Plain(LabelledCrop crop, int side)
    {
        ArgumentNullException.ThrowIfNull(crop);
        var image = RgbImage.Decode(crop.Encoded);
        return Resampler.Resize(image, crop.ServiceRect(crop.Box, image), side, side);
    }

    /// <summary>An augmented view.</summary>
    /// <param name="crop">The face.</param>
    /// <param name="side">Side of the network's input, pixels.</param>
    /// <param name="how">What may be done.</param>
    /// <param name="random">Decides; equal seeds give equal views.</param>
    /// <param name="cover">A bare face, a piece of whose picture hides the mouth; null to hide nothing.</param>
    public static RgbImage Augmented(LabelledCrop crop, int side, Augmentation how, SeededRandom random, LabelledCrop? cover = null)
    {
        ArgumentNullException.ThrowIfNull(crop);
        ArgumentNullException.ThrowIfNull(how);
        ArgumentNullException.ThrowIfNull(random);
        var image = RgbImage.Decode(crop.Encoded);
        if (cover is not null)
        {
            var piece = RgbImage.Decode(cover.Encoded);
            Occlusion.Apply(image, crop.Within(image), piece, cover.Within(piece), random);
        }

        var rect = crop.ServiceRect(Jitter(crop, how, random), image);

        // How many pixels the face has before the graph's resize: what it has in its picture, or fewer.
        var native = Math.Clamp(Math.Max(rect.Width, rect.Height), 1, side);
        var longer = random.Chance(how.Shrink) ? Math.Min(native, random.LogUniform(how.ShrinkFrom, how.ShrinkTo)) : native;
        var scale = longer / Math.Max(rect.Width, rect.Height);
        var (width, height) = (Math.Max(4, (int)Math.Round(rect.Width * scale)), Math.Max(4, (int)Math.Round(rect.Height * scale)));

        var view = Place(image, rect, width, height, how, random);
        Photometry.Apply(view, how, random);
        if (random.Chance(how.Blur))
        {
            view = Photometry.Blur(view, random.Uniform(0.3, 1 + (0.012 * longer)));
        }

        if (random.Chance(how.Noise))
        {
            Photometry.AddNoise(view, random.Uniform(2, 14), random);
        }

        if (random.Chance(how.Jpeg))
        {
            view = RgbImage.Decode(view.ToJpeg((int)random.Uniform(25, 90)));
        }

        view = Resampler.Resize(view, new SampleRect(0, 0, view.Width, view.Height), side, side);
        if (random.Chance(how.Erase))
        {
            Photometry.Erase(view, random);
        }

        return view;
    }

    private static PixelBox Jitter(LabelledCrop crop, Augmentation how, SeededRandom random)
    {
        // The cut's margin bounds the jitter: beyond 2.5 deviations the box would leave it.
        double Bounded(double deviation) => Math.Clamp(random.Normal(deviation), -2.5 * deviation, 2.5 * deviation);
        var box = crop.Box;
        var width = box.Width * Math.Exp(Bounded(how.BoxScale));
        var height = box.Height * Math.Exp(Bounded(how.BoxScale));
        var x = box.Center.X + (box.Width * Bounded(how.BoxShift));
        var y = box.Center.Y + (box.Height * Bounded(how.BoxShift));
        var moved = new PixelBox((float)(x - (width / 2)), (float)(y - (height / 2)), (float)width, (float)height);
        return crop.Origin == BoxOrigin.Picture ? moved.ClipTo(crop.PictureWidth, crop.PictureHeight) : moved;
    }

    private static RgbImage Place(RgbImage image, SampleRect rect, int width, int height, Augmentation how, SeededRandom random)
    {
        var degrees = random.Chance(how.AnyAngle) ? random.Uniform(-180, 180)
            : random.Chance(how.Rotate) ? Math.Clamp(random.Normal(12), -30, 30)
            : 0;
        RgbImage view;
        if (degrees == 0)
        {
            view = Resampler.Resize(image, rect, width, height);
        }
        else
        {
            // Cut wider, turn, and keep the middle, so that what turns in is the picture's own surroundings.
            const double Wider = 1.3;
            var wide = new SampleRect(
                rect.X - (rect.Width * (Wider - 1) / 2), rect.Y - (rect.Height * (Wider - 1) / 2), rect.Width * Wider, rect.Height * Wider);
            view = Resampler.Resize(image, wide, Math.Max(4, (int)Math.Round(width * Wider)), Math.Max(4, (int)Math.Round(height * Wider)));
            view = Resampler.Rotate(view, degrees, 1, width, height);
        }

        if (random.Chance(how.Flip))
        {
            Photometry.Mirror(view);
        }

        return view;
    }
}
