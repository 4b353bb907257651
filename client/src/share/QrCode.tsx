import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { encode } from "uqr";

/** A link as a QR code: black on white in either theme, with the margin that cameras need. */
export function QrCode({ url, name }: { url: string; name: string }) {
  const { t } = useTranslation();
  const { size, path } = useMemo(() => {
    const { data, size } = encode(url, { ecc: "M", border: 4 });
    const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${String(x)} ${String(y)}h1v1h-1z`] : [])));
    return { size, path: dark.join("") };
  }, [url]);
  return (
    <figure className="share-qr">
      <svg role="img" aria-label={t("share.qrAlt", { name })} viewBox={`0 0 ${String(size)} ${String(size)}`} shapeRendering="crispEdges">
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
      <figcaption className="fine">{t("share.qrHint")}</figcaption>
    </figure>
  );
}
