namespace MaskApi.Training.Detection;

/// <summary>Views and their faces, packed for tensors.</summary>
/// <param name="Count">Views.</param>
/// <param name="Side">Of a view, pixels.</param>
/// <param name="Rgb">uint8 <c>[count, side, side, 3]</c>.</param>
/// <param name="FacesPerView">Rows of <paramref name="Faces"/> a view has; unused ones come last.</param>
/// <param name="Faces">float <c>[count, faces, 18]</c>, laid out as <see cref="FaceRow"/> says.</param>
internal sealed record DetectionBatch(int Count, int Side, byte[] Rgb, int FacesPerView, float[] Faces)
{
    /// <summary>Renders a batch.</summary>
    /// <param name="views">One function a view, which renders it.</param>
    /// <param name="side">Of a view, pixels.</param>
    public static DetectionBatch Of(IReadOnlyList<(Data.RgbImage View, IReadOnlyList<TrainingFace> Faces)> views, int side)
    {
        var most = Math.Max(1, views.Max(view => view.Faces.Count));
        var rgb = new byte[views.Count * side * side * 3];
        var rows = new float[views.Count * most * FaceRow.Length];
        for (var i = 0; i < views.Count; i++)
        {
            views[i].View.Pixels.CopyTo(rgb, i * side * side * 3);
            for (var f = 0; f < most; f++)
            {
                var row = rows.AsSpan(((i * most) + f) * FaceRow.Length, FaceRow.Length);
                if (f < views[i].Faces.Count)
                {
                    FaceRow.Write(views[i].Faces[f], row);
                }
                else
                {
                    row[FaceRow.Kind] = FaceRow.Unused;
                }
            }
        }

        return new DetectionBatch(views.Count, side, rgb, most, rows);
    }
}

/// <summary>A face as numbers: left, top, width, height, six key points, kind, and whether the key points are known.</summary>
internal static class FaceRow
{
    /// <summary>Numbers a face takes.</summary>
    public const int Length = 18;

    /// <summary>Where the key points begin.</summary>
    public const int Landmarks = 4;

    /// <summary>Where the kind stands.</summary>
    public const int Kind = 16;

    /// <summary>Where 1 (known) or 0 (unknown key points) stands.</summary>
    public const int HasLandmarks = 17;

    /// <summary>Kind: a face.</summary>
    public const float Certain = 1;

    /// <summary>Kind: nothing is learned here.</summary>
    public const float Ignored = 0;

    /// <summary>Kind: no row at all.</summary>
    public const float Unused = -1;

    /// <summary>Writes a face.</summary>
    public static void Write(TrainingFace face, Span<float> row)
    {
        (row[0], row[1], row[2], row[3]) = (face.Box.X, face.Box.Y, face.Box.Width, face.Box.Height);
        face.Landmarks?.CopyTo(row[Landmarks..]);
        row[Kind] = face.Ignored ? Ignored : Certain;
        row[HasLandmarks] = face.Landmarks is null ? 0 : 1;
    }
}
