import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { forgetLinkless } from "../sync/device";
import { getMe, signInAddress, signOut } from "./api";
import type { Me } from "./api";

const REFUSALS = ["away", "notstaff", "declined", "again", "failed"] as const;

/** Who is signed in, once the server has said so. */
export function useMe(): Me | undefined {
  const [me, setMe] = useState<Me>();
  useEffect(() => {
    let wanted = true;
    getMe().then(
      (found) => wanted && setMe(found),
      () => undefined, // without the server there is nothing to sign in to
    );
    return () => {
      wanted = false;
    };
  }, []);
  return me;
}

/** The way in, or who one is and the way out. */
export function SignInOut({ me }: { me: Me | undefined }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  if (!me?.signIn) return null;
  if (!me.person) {
    return (
      <a className="btn small soft" href={signInAddress("/")}>
        {t("staff.in")}
      </a>
    );
  }
  const leave = async () => {
    setFailed(false);
    try {
      const next = await signOut();
      forgetLinkless();
      location.assign(next ?? "/");
    } catch {
      setFailed(true);
    }
  };
  return (
    <span className="row signed-in">
      <span className="fine">{t("staff.as", { name: me.person.name || t("staff.someone") })}</span>
      <button type="button" className="btn small" onClick={() => void leave()}>
        {t("staff.out")}
      </button>
      {failed && <span role="alert">{t("staff.said.failed")}</span>}
    </span>
  );
}

/** Why one comes back from the provider without being signed in; told once. */
export function SignInRefused() {
  const { t } = useTranslation();
  const [why] = useState(() => REFUSALS.find((r) => r === new URLSearchParams(location.search).get("signin")));
  useEffect(() => {
    if (why) history.replaceState(null, "", location.pathname);
  }, [why]);
  return why ? (
    <p className="sheet signin-refused" role="alert">
      {t(`staff.refused.${why}`)}
    </p>
  ) : null;
}

/** In place of making a board, where that is for those who sign in. */
export function SignInFirst() {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("staff.needed")}</p>
      <p>
        <a className="btn primary" href={signInAddress("/")}>
          {t("staff.in")}
        </a>
      </p>
    </>
  );
}
