namespace MaskApi.Vision.Imaging.Formats;

/// <summary>EXIF tag 0x0112: where the first stored row and column belong in the upright picture (EXIF 2.32, 4.6.4 A).</summary>
public enum ExifOrientation
{
    /// <summary>Stored upright.</summary>
    TopLeft = 1,

    /// <summary>Mirrored left to right.</summary>
    TopRight = 2,

    /// <summary>Rotated by 180°.</summary>
    BottomRight = 3,

    /// <summary>Mirrored top to bottom.</summary>
    BottomLeft = 4,

    /// <summary>Mirrored along the main diagonal.</summary>
    LeftTop = 5,

    /// <summary>Needs rotating by 90° clockwise.</summary>
    RightTop = 6,

    /// <summary>Mirrored along the other diagonal.</summary>
    RightBottom = 7,

    /// <summary>Needs rotating by 90° counterclockwise.</summary>
    LeftBottom = 8,
}
