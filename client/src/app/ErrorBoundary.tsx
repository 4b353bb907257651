import { Component } from "react";
import type { ReactNode } from "react";
import { Problem } from "./Problem";

/** The last net: a fault in the program shows what to do, never an empty page. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Problem kind="broken" /> : this.props.children;
  }
}
