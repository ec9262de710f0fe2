using MaskApi.Training.Data;

namespace MaskApi.Training.Detection;

/// <summary>
/// Generates pictures without faces: noise, gradients, shapes, waves, clouds, balls. The detector must find nothing there.
/// </summary>
internal static class TextureGenerator
{
    /// <summary>Paints a whole picture.</summary>
    /// <param name="view">The picture, overwritten completely.</param>
    /// <param name="random">Source of randomness.</param>
    public static void Paint(RgbImage view, SeededRandom random)
    {
        switch (random.Below(7))
        {
            case 0:
                Grains(view, random);
                break;
            case 1:
                Gradient(view, random);
                break;
            case 2:
                Shapes(view, random);
                break;
            case 3:
                Waves(view, random);
                break;
            case 4:
                Clouds(view, random);
                break;
            default:
                // Twice as often as the others: a round bright object on a plain background most resembles a face.
                Balls(view, random);
                break;
        }
    }

    private static void Fill(RgbImage view, Func<int, int, int, double> value)
    {
        var at = 0;
        for (var y = 0; y < view.Height; y++)
        {
            for (var x = 0; x < view.Width; x++)
            {
                for (var c = 0; c < 3; c++)
                {
                    view.Pixels[at++] = (byte)Math.Clamp(value(x, y, c), 0, 255);
                }
            }
        }
    }

    private static void Grains(RgbImage view, SeededRandom random)
    {
        var grid = new Grid((Math.Max(view.Width, view.Height) / (1 + random.Below(24))) + 2, 0, 255, random);
        var step = (grid.Side - 1.0) / Math.Max(view.Width, view.Height);
        var smooth = random.Chance(0.5);
        Fill(view, (x, y, c) => smooth ? grid.Linear(x * step, y * step, c) : grid.Nearest(x * step, y * step, c));
    }

    private static void Gradient(RgbImage view, SeededRandom random)
    {
        double[] from = [random.Uniform(0, 255), random.Uniform(0, 255), random.Uniform(0, 255)];
        double[] to = [random.Uniform(0, 255), random.Uniform(0, 255), random.Uniform(0, 255)];
        var across = random.Chance(0.5);
        Fill(view, (x, y, c) => double.Lerp(from[c], to[c], across ? (double)x / view.Width : (double)y / view.Height));
    }

    private static void Shapes(RgbImage view, SeededRandom random)
    {
        byte[] color = [(byte)random.Below(256), (byte)random.Below(256), (byte)random.Below(256)];
        Fill(view, (_, _, c) => color[c]);
        for (var shapes = 1 + random.Below(39); shapes > 0; shapes--)
        {
            var (centerX, centerY) = (random.Below(view.Width), random.Below(view.Height));
            var (radiusX, radiusY) = (2 + random.Below(58), 2 + random.Below(58));
            var (round, hollow) = (random.Chance(0.5), random.Chance(0.3));
            if (round && random.Chance(0.5))
            {
                radiusY = radiusX;
            }

            for (var c = 0; c < 3; c++)
            {
                color[c] = (byte)random.Below(256);
            }

            for (var y = Math.Max(0, centerY - radiusY); y <= Math.Min(view.Height - 1, centerY + radiusY); y++)
            {
                for (var x = Math.Max(0, centerX - radiusX); x <= Math.Min(view.Width - 1, centerX + radiusX); x++)
                {
                    var (dx, dy) = (Math.Abs(x - centerX) / (double)radiusX, Math.Abs(y - centerY) / (double)radiusY);
                    var distance = round ? Math.Sqrt((dx * dx) + (dy * dy)) : Math.Max(dx, dy);
                    if (distance <= 1 && (!hollow || distance > 1 - (2.0 / Math.Min(radiusX, radiusY))))
                    {
                        color.CopyTo(view.Pixels, ((y * view.Width) + x) * 3);
                    }
                }
            }
        }
    }

    private static void Waves(RgbImage view, SeededRandom random)
    {
        double[] frequency = [random.Uniform(0.02, 0.6), random.Uniform(0.02, 0.6), random.Uniform(0.02, 0.6)];
        var slant = random.Uniform(0.02, 0.6) * random.Uniform(0, 2);
        Fill(view, (x, y, c) => 127 + (127 * Math.Sin((frequency[c] * x) + (slant * y))));
    }

    // Ovals with radial and angular shading, some with a few spots, on a plain background: plates, planets, cells, fruit.
    private static void Balls(RgbImage view, SeededRandom random)
    {
        double[] ground = Color(random), toward = random.Chance(0.5) ? ground : Color(random);
        Fill(view, (x, y, c) => double.Lerp(ground[c], toward[c], (double)(x + y) / (view.Width + view.Height)));
        for (var balls = 1 + random.Below(6); balls > 0; balls--)
        {
            var longest = random.LogUniform(8, Math.Min(view.Width, view.Height)) / 2;
            var (radiusX, radiusY) = (longest * random.Uniform(0.7, 1), longest * random.Uniform(0.7, 1));
            var (centerX, centerY) = (random.Uniform(0, view.Width), random.Uniform(0, view.Height));
            double[] middle = Color(random), rim = Color(random);
            var (fall, swing, phase) = (random.LogUniform(0.5, 4), random.Chance(0.4) ? random.Uniform(20, 120) : 0, random.Uniform(0, 6));
            var edge = random.LogUniform(0.01, 0.3);
            var spots = Enumerable.Range(0, random.Below(5)).Select(_ => (
                X: random.Normal(0.4), Y: random.Normal(0.4), Radius: random.Uniform(0.05, 0.3), Color: Color(random))).ToArray();
            Paint(view, centerX, centerY, radiusX, radiusY, (dx, dy, under, c) =>
            {
                var distance = Math.Sqrt((dx * dx) + (dy * dy));
                var value = double.Lerp(middle[c], rim[c], Math.Pow(Math.Min(distance, 1), fall))
                    + (swing * distance * Math.Cos(Math.Atan2(dy, dx) + phase + (c * 2.1)));
                foreach (var spot in spots)
                {
                    if (((dx - spot.X) * (dx - spot.X)) + ((dy - spot.Y) * (dy - spot.Y)) < spot.Radius * spot.Radius)
                    {
                        value = spot.Color[c];
                    }
                }

                return double.Lerp(under, value, Math.Clamp((1 - distance) / edge, 0, 1));
            });
        }
    }

    // A random color; half of the time a gray.
    private static double[] Color(SeededRandom random)
    {
        var gray = random.Uniform(0, 255);
        return random.Chance(0.5) ? [gray, gray, gray] : [random.Uniform(0, 255), random.Uniform(0, 255), random.Uniform(0, 255)];
    }

    // The value function receives the position in the oval (−1–1 on both axes), the present value, and the channel.
    private static void Paint(
        RgbImage view, double centerX, double centerY, double radiusX, double radiusY, Func<double, double, double, int, double> value)
    {
        for (var y = Math.Max(0, (int)(centerY - radiusY)); y < Math.Min(view.Height, centerY + radiusY); y++)
        {
            for (var x = Math.Max(0, (int)(centerX - radiusX)); x < Math.Min(view.Width, centerX + radiusX); x++)
            {
                for (var c = 0; c < 3; c++)
                {
                    ref var pixel = ref view.Pixels[(((y * view.Width) + x) * 3) + c];
                    pixel = (byte)Math.Clamp(value((x - centerX) / radiusX, (y - centerY) / radiusY, pixel, c), 0, 255);
                }
            }
        }
    }

    // Octaves of smooth noise, coarse ones stronger.
    private static void Clouds(RgbImage view, SeededRandom random)
    {
        var octaves = ((int[])[4, 8, 16, 32, 64])
            .Select(side => (Grid: new Grid(side + 1, -60, 60, random), Weight: Math.Pow(16.0 / side, 0.8))).ToArray();
        var longest = (double)Math.Max(view.Width, view.Height);
        Fill(view, (x, y, c) =>
        {
            var sum = 128.0;
            foreach (var (grid, weight) in octaves)
            {
                sum += weight * grid.Linear(x * (grid.Side - 1) / longest, y * (grid.Side - 1) / longest, c);
            }

            return sum;
        });
    }

    /// <summary>A square grid of random colors.</summary>
    private sealed class Grid
    {
        private readonly float[] _values;

        public Grid(int side, double low, double high, SeededRandom random)
        {
            Side = side;
            _values = new float[side * side * 3];
            for (var i = 0; i < _values.Length; i++)
            {
                _values[i] = (float)random.Uniform(low, high);
            }
        }

        public int Side { get; }

        public double Nearest(double x, double y, int channel) => At((int)x, (int)y, channel);

        public double Linear(double x, double y, int channel)
        {
            var (left, top) = ((int)x, (int)y);
            var upper = double.Lerp(At(left, top, channel), At(left + 1, top, channel), x - left);
            var lower = double.Lerp(At(left, top + 1, channel), At(left + 1, top + 1, channel), x - left);
            return double.Lerp(upper, lower, y - top);
        }

        private float At(int x, int y, int channel) => _values[(((Math.Min(y, Side - 1) * Side) + Math.Min(x, Side - 1)) * 3) + channel];
    }
}
