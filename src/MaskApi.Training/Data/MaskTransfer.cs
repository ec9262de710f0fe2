using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Data;

/// <summary>
/// Puts the mask of one photographed face onto another, bare one: in its place, below the nose, or on the chin. Photographs of masks worn wrong are
/// few; these have real masks, real faces, and traces of the pasting on both labels, so that the traces tell nothing.
/// </summary>
internal static class MaskTransfer
{
    /// <summary>Where the mask goes.</summary>
    public enum Place
    {
        /// <summary>Over nose and mouth.</summary>
        InPlace,

        /// <summary>Below the nose.</summary>
        BelowNose,

        /// <summary>Below the mouth.</summary>
        OnChin,
    }

    // A face's own measure: from between the eyes, across in eye distances, down in lengths from the eyes to the mouth. A mask that is worn right
    // begins a third of the way down the nose and ends below the chin.
    private const double MaskMiddle = 1.02, MaskHalfHeight = 0.74, MaskHalfWidth = 1.08, Feather = 0.07;

    /// <summary>Whether key points are those of a face seen from the front, and not too small.</summary>
    /// <param name="marks">Key points in pixels.</param>
    public static bool IsFrontal(FaceLandmarks marks)
    {
        var frame = new Frame(marks);
        var (u, v) = frame.Of(marks.NoseTip.X, marks.NoseTip.Y);
        return frame.Width >= 24 && frame.Height / frame.Width is > 0.7 and < 1.6 && Math.Abs(frame.Angle) < 0.4 && Math.Abs(u) < 0.18 && v is > 0.3 and < 0.85;
    }

    /// <summary>Pastes the mask, in place.</summary>
    /// <param name="image">The bare face's picture; changed.</param>
    /// <param name="face">Its key points, pixels.</param>
    /// <param name="masked">The picture of the masked face.</param>
    /// <param name="mask">Its key points, pixels.</param>
    /// <param name="place">Where to.</param>
    /// <param name="random">Decides the rest.</param>
    public static void Apply(RgbImage image, FaceLandmarks face, RgbImage masked, FaceLandmarks mask, Place place, SeededRandom random)
    {
        var (to, from) = (new Frame(face), new Frame(mask));
        var down = place switch
        {
            Place.InPlace => random.Uniform(-0.18, -0.04),
            Place.BelowNose => random.Uniform(0.55, 0.8),
            _ => random.Uniform(0.95, 1.25),
        };
        var across = random.Uniform(-0.05, 0.05);
        var mirrored = random.Chance(0.5) ? -1 : 1;
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                var (u, v) = to.Of(x, y);
                (u, v) = (mirrored * (u - across), v - down);
                var (p, q) = (Math.Abs(u) / MaskHalfWidth, Math.Abs(v - MaskMiddle) / MaskHalfHeight);
                var radius = Math.Pow(Math.Pow(p, 2.6) + Math.Pow(q, 2.6), 1 / 2.6);
                var share = Math.Clamp((1 - radius) / Feather, 0, 1);
                var (sx, sy) = from.At(u, v);
                if (share == 0 || sx < 0 || sy < 0 || sx >= masked.Width - 1 || sy >= masked.Height - 1)
                {
                    continue;
                }

                var at = ((y * image.Width) + x) * 3;
                for (var c = 0; c < 3; c++)
                {
                    image.Pixels[at + c] = (byte)Math.Round(image.Pixels[at + c] + (share * (Sample(masked, sx, sy, c) - image.Pixels[at + c])));
                }
            }
        }
    }

    private static double Sample(RgbImage image, double x, double y, int channel)
    {
        var (left, top) = ((int)x, (int)y);
        var (fx, fy) = (x - left, y - top);
        double At(int dx, int dy) => image.Pixels[((((top + dy) * image.Width) + left + dx) * 3) + channel];
        return (((At(0, 0) * (1 - fx)) + (At(1, 0) * fx)) * (1 - fy)) + (((At(0, 1) * (1 - fx)) + (At(1, 1) * fx)) * fy);
    }

    private readonly struct Frame
    {
        private readonly double _x, _y, _cos, _sin;

        public Frame(FaceLandmarks marks)
        {
            // The person's right eye is on the picture's left.
            var (dx, dy) = (marks.LeftEye.X - marks.RightEye.X, marks.LeftEye.Y - marks.RightEye.Y);
            Width = Math.Sqrt((dx * dx) + (dy * dy));
            Angle = Math.Atan2(dy, dx);
            (_cos, _sin) = (Math.Cos(Angle), Math.Sin(Angle));
            (_x, _y) = ((marks.LeftEye.X + marks.RightEye.X) / 2, (marks.LeftEye.Y + marks.RightEye.Y) / 2);
            Height = (-(marks.Mouth.X - _x) * _sin) + ((marks.Mouth.Y - _y) * _cos);
        }

        public double Width { get; }

        public double Height { get; }

        public double Angle { get; }

        public (double U, double V) Of(double x, double y) =>
            ((((x - _x) * _cos) + ((y - _y) * _sin)) / Width, ((-(x - _x) * _sin) + ((y - _y) * _cos)) / Height);

        public (double X, double Y) At(double u, double v) =>
            (_x + (u * Width * _cos) - (v * Height * _sin), _y + (u * Width * _sin) + (v * Height * _cos));
    }
}
