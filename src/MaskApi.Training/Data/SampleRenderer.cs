using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Data;

/// <summary>A view of a face to render.</summary>
/// <param name="Crop">The face.</param>
/// <param name="Side">Side of the network's input, in pixels.</param>
/// <param name="Augmentation">How to augment; null for the plain view.</param>
/// <param name="Seed">Random seeds.</param>
/// <param name="Cover">An unmasked face; a piece of its picture hides the mouth. Null to hide nothing.</param>
public readonly record struct SampleRequest(
    LabelledCrop Crop, int Side, Augmentation? Augmentation, (int Run, int View, int Item) Seed, LabelledCrop? Cover = null);

/// <summary>Renders a cached crop as the square picture that the network sees: as the service would, or augmented.</summary>
public static class SampleRenderer
{
    /// <summary>Renders the requested view. Equal requests give equal views.</summary>
    /// <param name="request">The face and how to render it.</param>
    public static RgbImage Render(SampleRequest request)
    {
        if (request.Augmentation is not { } how)
        {
            return Plain(request.Crop, request.Side);
        }

        var (run, view, item) = request.Seed;
        return Augmented(request.Crop, request.Side, how, new SeededRandom(run, view, item), request.Cover);
    }

    /// <summary>The crop that the service would make, resized like the exported graph does.</summary>
    /// <param name="crop">The face.</param>
    /// <param name="side">Side of the network's input, in pixels.</param>
    public static RgbImage Plain(LabelledCrop crop, int side)
    {
        ArgumentNullException.ThrowIfNull(crop);
        var image = RgbImage.Decode(crop.Encoded);
        return Resampler.Resize(image, crop.ServiceRect(crop.Box, image), side, side);
    }

    /// <summary>Renders an augmented view.</summary>
    /// <param name="crop">The face.</param>
    /// <param name="side">Side of the network's input, in pixels.</param>
    /// <param name="how">How to augment.</param>
    /// <param name="random">Source of randomness. Equal seeds give equal views.</param>
    /// <param name="cover">An unmasked face; a piece of its picture hides the mouth. Null to hide nothing.</param>
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

        // The face's size before the graph's resize: as in its picture, or smaller.
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
        // The crop's margin limits the jitter to 2.5 deviations.
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
            // Crop wider, rotate and keep the middle, so that real surroundings fill the corners.
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
