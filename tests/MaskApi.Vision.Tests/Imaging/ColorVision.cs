namespace MaskApi.Vision.Tests.Imaging;

/// <summary>
/// The difference between two colors for people who lack one kind of cone, by the CIE76 formula. Simulation: Machado, Oliveira and
/// Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency, 2009, full severity.
/// </summary>
internal static class ColorVision
{
    internal static readonly (string Name, double[] Matrix)[] Observers =
    [
        ("trichromat", [1, 0, 0, 0, 1, 0, 0, 0, 1]),
        ("protanope", [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998]),
        ("deuteranope", [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881]),
        ("tritanope", [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900]),
    ];

    internal static double Difference((byte R, byte G, byte B) one, (byte R, byte G, byte B) other, double[] eyes)
    {
        var (a, b) = (Lab(Seen(Linear(one), eyes)), Lab(Seen(Linear(other), eyes)));
        return Math.Sqrt(Math.Pow(a.L - b.L, 2) + Math.Pow(a.A - b.A, 2) + Math.Pow(a.B - b.B, 2));
    }

    /// <summary>From sRGB to linear light, 0–1.</summary>
    internal static (double R, double G, double B) Linear((byte R, byte G, byte B) color)
    {
        static double Of(byte value) => value / 255.0 <= 0.04045 ? value / 255.0 / 12.92 : Math.Pow(((value / 255.0) + 0.055) / 1.055, 2.4);
        return (Of(color.R), Of(color.G), Of(color.B));
    }

    private static (double R, double G, double B) Seen((double R, double G, double B) color, double[] m)
    {
        double Row(int i) => Math.Clamp((m[i] * color.R) + (m[i + 1] * color.G) + (m[i + 2] * color.B), 0, 1);
        return (Row(0), Row(3), Row(6));
    }

    /// <summary>CIELAB under D65.</summary>
    private static (double L, double A, double B) Lab((double R, double G, double B) color)
    {
        static double F(double t) => t > 0.008856 ? Math.Cbrt(t) : (7.787 * t) + (16 / 116.0);
        var x = F(((0.4124 * color.R) + (0.3576 * color.G) + (0.1805 * color.B)) / 0.95047);
        var y = F((0.2126 * color.R) + (0.7152 * color.G) + (0.0722 * color.B));
        var z = F(((0.0193 * color.R) + (0.1192 * color.G) + (0.9505 * color.B)) / 1.08883);
        return ((116 * y) - 16, 500 * (x - y), 200 * (y - z));
    }
}
